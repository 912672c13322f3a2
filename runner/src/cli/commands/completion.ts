import type { Effects } from '../effects.js';
import { oneOf } from '../flag-values.js';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** Prints the script by which a shell completes command lines of tsdbt. */
export async function completion(effects: Effects, shell: string): Promise<number> {
  effects.stdout.write(scripts[oneOf('completion', SHELLS)(shell)]);
  return 0;
}

/** A project's own tsdbt comes first, as with npx. */
const PROGRAM = `__tsdbt_program() {
  local folder="$PWD"
  while [ -n "$folder" ]; do
    if [ -x "$folder/node_modules/.bin/tsdbt" ]; then "$folder/node_modules/.bin/tsdbt" "$@" 2>/dev/null; return; fi
    folder="\${folder%/*}"
  done
  command tsdbt "$@" 2>/dev/null
}`;

const scripts: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# tsdbt completion for bash. In ~/.bashrc: eval "$(npx tsdbt completion bash)"
${PROGRAM}
_tsdbt() {
  local word about shell=plain current="\${COMP_WORDS[COMP_CWORD]}"
  case $COMP_WORDBREAKS in *:*) shell=bash ;; esac
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    case $word in
      :folders) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -d -- "$current")) ;;
      :files) compopt -o filenames 2>/dev/null; COMPREPLY+=($(compgen -f -- "$current")) ;;
      *:) compopt -o nospace 2>/dev/null; COMPREPLY+=("$word") ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <(__tsdbt_program __complete "$shell" "\${COMP_LINE:0:COMP_POINT}")
}
complete -F _tsdbt tsdbt
`,
  zsh: `#compdef tsdbt
# tsdbt completion for zsh. In ~/.zshrc, after compinit: eval "$(npx tsdbt completion zsh)"
${PROGRAM}
_tsdbt() {
  local word about
  local -a values shown open
  while IFS=$'\\t' read -r word about; do
    case $word in
      :folders) _path_files -/ ;;
      :files) _path_files ;;
      *:) open+=("$word") ;;
      *) values+=("$word"); shown+=("$word\${about:+  -- $about}") ;;
    esac
  done < <(__tsdbt_program __complete zsh "\${(j: :)words[1,CURRENT]}")
  (( \${#values} )) && compadd -l -d shown -a values
  (( \${#open} )) && compadd -S '' -a open
}
compdef _tsdbt tsdbt
`,
  fish: `# tsdbt completion for fish: npx tsdbt completion fish > ~/.config/fish/completions/tsdbt.fish
function __tsdbt_program
  set -l folder $PWD
  while test -n "$folder"
    if test -x "$folder/node_modules/.bin/tsdbt"
      "$folder/node_modules/.bin/tsdbt" $argv 2>/dev/null
      return
    end
    set folder (string replace -r '/[^/]*$' '' -- $folder)
  end
  command tsdbt $argv 2>/dev/null
end
function __tsdbt_complete
  set -l found (__tsdbt_program __complete fish (commandline -cp))
  switch "$found[1]"
    case ':folders'
      __fish_complete_directories (commandline -ct)
    case ':files'
      __fish_complete_path (commandline -ct)
    case '*'
      printf '%s\\n' $found
  end
end
complete -c tsdbt -f -a '(__tsdbt_complete)'
`,
};
