-- What counts as the same song, and what does not.
with pairs as (
  select *
  from (
    values
      ('Björk', 'Jóga', 'bjork', '  JOGA ', true),
      ('Earth, Wind & Fire', 'September', 'Earth, Wind and Fire', 'September', true),
      ('J Balvin;Ryan Castro', 'Nivel De Perreo', 'J Balvin', 'Nivel de Perreo', true),
      ('Selena Gomez', 'Fetish (feat. Gucci Mane)', 'Selena Gomez', 'Fetish', true),
      ('Selena Gomez', 'Taki Taki [Ft. Ozuna & Cardi B]', 'Selena Gomez', 'Taki Taki', true),
      ('The Beatles', 'Eight Days A Week - Remastered 2015', 'The Beatles', 'Eight Days a Week - 2009 Remaster', true),
      ('The Cars', 'Good Times Roll (2016 Remastered Version)', 'The Cars', 'Good Times Roll', true),
      ('Queen', 'Bohemian Rhapsody - Live', 'Queen', 'Bohemian Rhapsody', false),
      ('Luis Fonsi', 'Despacito - Remix', 'Luis Fonsi', 'Despacito', false),
      ('Whitney Houston', 'I Wanna Dance (with Somebody)', 'Whitney Houston', 'I Wanna Dance', false),
      ('Sia', 'Remaster', 'Sia', 'Remastered', false),
      ('AB', 'C', 'A', 'BC', false)
  ) as given (artist, title, other_artist, other_title, is_same)
)

select *
from pairs
where ({{ track_key('null', 'artist', 'title') }} = {{ track_key("''", 'other_artist', 'other_title') }}) <> is_same
union all
select artist, title, other_artist, other_title, is_same
from pairs
where {{ track_key("' 4uLU6hMCjMI75M1A2tKUQC '", 'artist', 'title') }} <> '4uLU6hMCjMI75M1A2tKUQC'
