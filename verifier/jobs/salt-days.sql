SELECT day FROM salts GROUP BY day ORDER BY day
