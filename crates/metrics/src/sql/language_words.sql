-- Which tag each number stands for.
-- Asks `words` (words.sql).
-- One row is a tag.
SELECT number, word
FROM words
ORDER BY number
