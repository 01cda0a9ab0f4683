COPY (
$rows
) TO STDOUT
