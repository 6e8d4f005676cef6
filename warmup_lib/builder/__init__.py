"""What is built from text and code: lessons and quizzes."""
