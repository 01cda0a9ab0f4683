select name, setting
from pg_settings
where name in (
    'log_statement', 'log_min_duration_statement', 'log_min_duration_sample', 'log_statement_sample_rate',
    'log_transaction_sample_rate', 'log_parameter_max_length', 'log_parameter_max_length_on_error',
    'auto_explain.log_min_duration', 'auto_explain.log_parameter_max_length', 'pgaudit.log', 'pgaudit.log_parameter'
)
