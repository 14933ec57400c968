# What the analysis of study.csv must equal. R 4.2.2; packages as in Debian 12.
# Rscript study.R > study.json   (run in this folder)
suppressMessages({
  library(clubSandwich); library(coin); library(exactRankTests)
  library(ordinal); library(psych); library(survival); library(jsonlite)
})
study <- read.csv("study.csv")
criteria <- c("grounding", "explainability", "usefulness", "consistency")
systems <- c("full", "zero_shot", "no_bio")
wide <- function(name) {
  w <- reshape(study[c("case", "patient", "evaluator", "model", name)],
    idvar = c("case", "patient", "evaluator"), timevar = "model", direction = "wide")
  names(w) <- sub(paste0(name, "\\."), "", names(w))
  w
}
cr2 <- function(y, cluster) {
  keep <- !is.na(y); y <- y[keep]; cluster <- cluster[keep]
  found <- coef_test(lm(y ~ 1), vcov = "CR2", cluster = cluster, test = "Satterthwaite")
  half <- qt(0.975, found$df) * found$SE
  list(mean = mean(y), se = found$SE, df = found$df,
    lo = mean(y) - half, hi = mean(y) + half)
}
by_case <- function(w) aggregate(w[systems], list(case = w$case), mean, na.rm = TRUE)
out <- list(version = R.version.string)
for (name in criteria) {
  w <- wide(name)
  one <- list(systems = list(), pairs = list())
  for (s in systems) one$systems[[s]] <- c(
    list(n = sum(!is.na(w[[s]])), sd = sd(w[[s]], na.rm = TRUE),
      median = median(w[[s]], na.rm = TRUE)),
    ci_patient = list(cr2(w[[s]], w$patient)),
    ci_evaluator = list(cr2(w[[s]], w$evaluator)))
  cases <- by_case(w)
  for (pair in list(c("full", "zero_shot"), c("full", "no_bio"), c("zero_shot", "no_bio"))) {
    d <- w[[pair[1]]] - w[[pair[2]]]
    # Two evaluators of one case are averaged: 80 tasks on 40 cases are not 80 pairs.
    dc <- as.numeric(tapply(d, w$case, mean, na.rm = TRUE))
    dc <- dc[!is.na(dc)]
    exact <- wilcoxsign_test(dc ~ rep(0, length(dc)), distribution = exact(),
      zero.method = "Wilcoxon")
    one$pairs[[paste(pair, collapse = " vs ")]] <- list(
      n = sum(!is.na(d)), ci_patient = cr2(d, w$patient), ci_evaluator = cr2(d, w$evaluator),
      wilcoxon_p = as.numeric(pvalue(exact)),
      wilcoxon_p_exact_rank_tests = suppressWarnings(wilcox.exact(dc[dc != 0])$p.value))
  }
  # Of complete readings, so that each system's mean is of the same evaluators.
  whole <- by_case(w[complete.cases(w[systems]), ])[systems]
  f <- friedman.test(as.matrix(whole))
  one$friedman <- list(n = nrow(whole), chi2 = unname(f$statistic), p = f$p.value)
  out$criteria[[name]] <- one
}
best <- subset(study, best == 1)
best$y <- best$model == "full"
out$best <- list(
  binom_two_sided = binom.test(sum(best$y), nrow(best), 1/3)$p.value,
  share = cr2(as.numeric(best$y), best$patient))
# Conditional logit of the choice on its place, readings as strata.
study$task <- paste(study$case, study$evaluator)
place <- clogit(best ~ factor(position) + strata(task), data = study)
out$position <- list(lr = unname(summary(place)$logtest[1]), p = unname(summary(place)$logtest[3]))
words <- clogit(best ~ log2(words + 1) + strata(task), data = study)
out$words <- list(beta = unname(coef(words)), se = sqrt(vcov(words)[1]))
# The ordinal mixed model of each criterion.
study$model <- relevel(factor(study$model, levels = systems), ref = "full")
for (name in criteria) {
  study$y <- factor(study[[name]], levels = 1:5, ordered = TRUE)
  m <- clmm(y ~ model + (1 | patient) + (1 | evaluator) + (1 | case), data = study)
  out$mixed[[name]] <- list(logLik = as.numeric(logLik(m)), beta = as.list(coef(m)[c("modelzero_shot", "modelno_bio")]))
}
# ICC(2,1) with McGraw-Wong limits on a complete table (Shrout & Fleiss 1979, table 2).
fleiss <- matrix(c(9,2,5,8, 6,1,3,2, 8,4,6,8, 7,1,2,6, 10,5,6,9, 6,2,4,7), 6, byrow = TRUE)
icc <- ICC(fleiss, lmer = FALSE)$results
out$icc_2_1 <- list(value = icc$ICC[2], lo = icc$`lower bound`[2], hi = icc$`upper bound`[2])
cat(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
