-- Which window each number stands for.
-- Asks `spans` (spans.sql).
-- One row is a window.
SELECT window_number, window_name
FROM spans
ORDER BY window_number
