# Guesses of the CRISP trial (drug, placebo, do not know), numbers verified in R 4.2.2
# with package BI; weights 0 for correct, 0.5 for wrong, 1 for do not know.
guesses <- rbind(drug = c(82, 25, 170), placebo = c(27, 29, 83))
bang <- function(right, wrong, n) c((right - wrong) / n,
  sqrt((right/n * (1 - right/n) + wrong/n * (1 - wrong/n) + 2 * right/n * wrong/n) / n))
bang(82, 25, 277)   # 0.2058, standard error 0.0352
bang(29, 27, 139)   # 0.0144, standard error 0.0538
# James: 0.7479
