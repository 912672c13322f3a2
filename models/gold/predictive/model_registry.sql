-- Every trained model without its (large) document, which trained_models keeps.
select
  model_id,
  model_name,
  algorithm,
  feature_set,
  target,
  features,
  trained_on,
  is_published,
  is_trained,
  is_sample,
  parameters,
  seed,
  training_rows,
  training_artists,
  excluded_played_tracks,
  training_checksum,
  training_table_version,
  code_version,
  document_bytes,
  document_sha256,
  note
from {{ ref('trained_models') }}
