find_dependency(SQLite3 3.40)
