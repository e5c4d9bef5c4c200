module pwbench/header-rewrite

go 1.24
