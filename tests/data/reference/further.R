# What surrounds the result, for study.csv and overlap.csv (every evaluator read every
# case, some twice; invented ratings). R 4.2.2; packages as in Debian 12.
# Rscript further.R > further.json   (run in this folder)
suppressMessages({
  library(clubSandwich); library(lme4); library(psych); library(survival); library(jsonlite)
})
criteria <- c("grounding", "explainability", "usefulness", "consistency")
systems <- c("full", "zero_shot", "no_bio")
pairs <- list(c("full", "zero_shot"), c("full", "no_bio"), c("zero_shot", "no_bio"))
named <- function(pair) paste(pair, collapse = " vs ")
wide <- function(d, name) {
  w <- reshape(d[c("case", "patient", "evaluator", "model", name)],
    idvar = c("case", "patient", "evaluator"), timevar = "model", direction = "wide")
  names(w) <- sub(paste0(name, "\\."), "", names(w))
  w
}
cr2 <- function(y, cluster) {
  found <- coef_test(lm(y ~ 1), vcov = "CR2", cluster = cluster, test = "Satterthwaite")
  half <- qt(0.975, found$df) * found$SE
  list(mean = mean(y), se = found$SE, df = found$df,
    lo = mean(y) - half, hi = mean(y) + half)
}
# Korn & Graubard 1998: Clopper-Pearson at the effective number of cases.
korn_graubard <- function(y, cluster) {
  n <- length(y); p <- mean(y); found <- cr2(y, cluster)
  eff <- min(n, p * (1 - p) / found$se^2 * (qt(0.975, n - 1) / qt(0.975, found$df))^2)
  list(n_eff = eff, lo = qbeta(0.025, p * eff, eff - p * eff + 1),
    hi = qbeta(0.975, p * eff + 1, eff - p * eff))
}
# Every way to rename the systems within clusters, one by one.
label_permutation <- function(counts) {
  draws <- as.matrix(expand.grid(rep(list(1:3), nrow(counts))))
  totals <- rowSums(sapply(seq_len(nrow(counts)), function(g) counts[g, draws[, g]]))
  away <- abs(totals - sum(counts) / 3); seen <- sum(counts[, 1])
  list(p_two_sided = mean(away >= abs(seen - sum(counts) / 3) - 1e-9),
    p_greater = mean(totals >= seen), floor = mean(away >= max(away) - 1e-9))
}
sign_flip <- function(d, cluster) {
  sums <- tapply(d, cluster, sum)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), length(sums))))
  mean(abs(signs %*% sums) >= abs(sum(sums)) - 1e-9)
}
design_effect <- function(y, cluster) {
  ms <- summary(aov(y ~ factor(cluster)))[[1]][["Mean Sq"]]
  m <- table(cluster); n <- length(y)
  m0 <- (n - sum(m^2) / n) / (length(m) - 1)
  icc <- (ms[1] - ms[2]) / (ms[1] + (m0 - 1) * ms[2])
  list(icc = icc, deff = 1 + (sum(m^2) / n - 1) * max(icc, 0))
}
chosen_of <- function(d) {
  b <- subset(d, best == 1)
  b$model <- factor(b$model, levels = systems)
  b
}
# Plackett-Luce is the rank-ordered logit: a Cox model with one stratum a reading, in
# which whoever was not placed is censored after the last place.
plackett_luce <- function(d) {
  d$place <- ifelse(d$best == 1, 1, ifelse(d$second == 1, 2, 3))
  d$placed <- d$best == 1 | d$second == 1
  m <- coxph(Surv(place, placed) ~ relevel(factor(model), "full") +
    strata(paste(case, evaluator)), data = d)
  theta <- c(full = 0, coef(m))
  names(theta) <- sub(".*\\)", "", names(theta))
  as.list((exp(theta) / sum(exp(theta)))[systems])
}
# Davidson's model is log-linear: a win weighs one worth, a tie the root of both.
davidson <- function(w) {
  rows <- list()
  for (i in 1:2) for (j in (i + 1):3) {
    d <- w[[systems[i]]] - w[[systems[j]]]; d <- d[!is.na(d)]
    for (kind in c("i", "j", "tie")) {
      x <- c(0, 0, 0)
      if (kind == "i") x[i] <- 1 else if (kind == "j") x[j] <- 1 else x[c(i, j)] <- 0.5
      rows[[length(rows) + 1]] <- data.frame(pair = paste(i, j), tie = kind == "tie",
        x1 = x[1], x2 = x[2],
        n = sum(if (kind == "i") d > 0 else if (kind == "j") d < 0 else d == 0))
    }
  }
  rows <- do.call(rbind, rows)
  m <- coef(glm(n ~ pair + x1 + x2 + tie, poisson, rows, control = list(epsilon = 1e-14)))
  worth <- exp(c(m[["x1"]], m[["x2"]], 0))
  list(worth = as.list(setNames(worth / sum(worth), systems)), tie = exp(m[["tieTRUE"]]))
}
kappa2 <- function(a, b) {
  counts <- table(factor(a, levels = 1:5), factor(b, levels = 1:5))
  suppressWarnings(cohen.kappa(counts)$weighted.kappa)  # quadratic weights
}
whole <- function(d) {
  out <- list()
  b <- chosen_of(d); y <- as.numeric(b$model == "full")
  for (unit in c("patient", "evaluator")) {
    out$permutation[[unit]] <- label_permutation(table(b[[unit]], b$model))
    out$korn_graubard[[unit]] <- korn_graubard(y, b[[unit]])
    out$design[[unit]] <- design_effect(y, b[[unit]])
    lost <- sapply(unique(b[[unit]]), function(u) mean(y[b[[unit]] != u]))
    out$leave_one_out[[unit]] <- list(lowest = min(lost), highest = max(lost))
  }
  counts <- table(b$model)
  fit <- chisq.test(counts)
  out$equal_shares <- list(chi2 = unname(fit$statistic), p = fit$p.value)
  for (pair in pairs) out$head_to_head[[named(pair)]] <-
    binom.test(counts[[pair[1]]], counts[[pair[1]]] + counts[[pair[2]]])$p.value
  places <- chisq.test(table(factor(b$position, levels = c("A", "B", "C"))))
  out$position <- list(chi2 = unname(places$statistic), p = places$p.value)
  out$taste <- fisher.test(table(b$evaluator, y))$p.value
  out$worth <- plackett_luce(d)
  full <- ave(d$second, d$case, d$evaluator, FUN = sum) == 1
  place <- ifelse(d$best == 1, 1, ifelse(d$second == 1, 2, 3))[full]
  out$mean_rank <- as.list(tapply(place, d$model[full], mean)[systems])
  d$task <- paste(d$case, d$evaluator)
  small <- clogit(best ~ model + strata(task), data = d)
  both <- clogit(best ~ model + position + strata(task), data = d)
  lr <- 2 * as.numeric(logLik(both) - logLik(small))
  out$position_given_system <- list(chi2 = lr, p = pchisq(lr, 2, lower.tail = FALSE))
  words <- clogit(best ~ log2(words + 1) + model + strata(task), data = d)
  out$words_given_system <- list(beta = coef(words)[[1]], se = sqrt(vcov(words)[1, 1]))
  holm <- c()
  for (name in criteria) {
    w <- wide(d, name); one <- list()
    for (s in systems) one$patient_mean[[s]] <-
      mean(tapply(w[[s]], w$patient, mean, na.rm = TRUE))
    for (pair in pairs) {
      diff <- w[[pair[1]]] - w[[pair[2]]]; seen <- !is.na(diff)
      dc <- as.numeric(tapply(diff, w$case, mean, na.rm = TRUE)); dc <- dc[!is.nan(dc) & dc != 0]
      v <- unname(suppressWarnings(wilcox.test(dc)$statistic)); most <- length(dc) * (length(dc) + 1) / 2
      one$pairs[[named(pair)]] <- list(
        sign_flip = sign_flip(diff[seen], w$patient[seen]),
        superiority = cr2((sign(diff[seen]) + 1) / 2, w$patient[seen]),
        rank_biserial = (2 * v - most) / most)
    }
    one$davidson <- davidson(w)
    out$criteria[[name]] <- one
  }
  texts <- d[criteria]
  out$raters <- lapply(split(texts, d$evaluator), function(t) {
    kept <- t[complete.cases(t), ]; r <- cor(kept)
    list(mean = mean(unlist(t), na.rm = TRUE), sd = sd(unlist(t), na.rm = TRUE),
      halo = mean(r[upper.tri(r)]),
      straight = mean(apply(kept, 1, function(x) length(unique(x)) == 1)))
  })
  out
}
# Every draw of six patients with replacement, one by one, at Hesterberg's level.
bootstrap <- function(w, s) {
  sums <- tapply(w[[s]], w$patient, sum); n <- tapply(w[[s]], w$patient, length); g <- length(n)
  draws <- as.matrix(expand.grid(rep(list(seq_len(g)), g)))
  means <- sort(apply(draws, 1, function(i) sum(sums[i]) / sum(n[i])))
  tail <- pnorm(-sqrt(g / (g - 1)) * qt(0.975, g - 1))
  list(lo = unname(quantile(means, tail, type = 1)), hi = unname(quantile(means, 1 - tail, type = 1)))
}
# Evaluators and patients both as random: the mean squares, lme4 for the same error, and
# Satterthwaite's df of a sum of mean squares, no fewer than the smaller sample's.
two_way <- function(w, pair) {
  cells <- aggregate(list(y = w[[pair[1]]] - w[[pair[2]]]), w[c("evaluator", "patient")], mean)
  ms <- summary(aov(y ~ evaluator + patient, cells))[[1]][["Mean Sq"]]
  e <- 4; c <- 6; top <- ms[1] + max(ms[2] - ms[3], 0); se <- sqrt(top / (e * c))
  weight <- c(1, 1, -1) * c(1, ms[2] > ms[3], ms[2] > ms[3])
  df <- sum(weight * ms)^2 / sum((weight * ms)^2 / c(e - 1, c - 1, (e - 1) * (c - 1)))
  df <- max(df, min(e, c) - 1); half <- qt(0.975, df) * se; m <- mean(cells$y)
  if (all(ms[1:2] > ms[3])) {
    fit <- lmer(y ~ 1 + (1 | evaluator) + (1 | patient), cells)
    stopifnot(abs(sqrt(as.numeric(vcov(fit))) - se) < 1e-4)
  }
  list(mean = m, se = se, df = df, lo = m - half, hi = m + half)
}
out <- list(version = R.version.string, study = whole(read.csv("study.csv")))
all <- read.csv("overlap.csv")
d <- subset(all, occasion == 1); again <- subset(all, occasion == 2)
out$overlap <- whole(d)
for (name in criteria) {
  w <- wide(d, name)
  for (pair in pairs) out$overlap$two_way[[name]][[named(pair)]] <- two_way(w, pair)
  for (s in systems) out$overlap$bootstrap[[name]][[s]] <- bootstrap(w, s)
  flat <- reshape(d[c("case", "model", "evaluator", name)], idvar = c("case", "model"),
    timevar = "evaluator", direction = "wide")[, -(1:2)]
  icc <- ICC(as.matrix(flat), lmer = FALSE)$results
  light <- mean(apply(combn(4, 2), 2, function(i) kappa2(flat[[i[1]]], flat[[i[2]]])))
  out$overlap$agreement[[name]] <- list(icc_2_1 = icc$ICC[2], icc_lo = icc$`lower bound`[2],
    icc_hi = icc$`upper bound`[2], weighted_kappa = light)
}
twins <- merge(d, again, by = c("case", "evaluator", "model"))
one <- unlist(twins[paste0(criteria, ".x")]); two <- unlist(twins[paste0(criteria, ".y")])
same <- subset(twins, best.x == 1)
out$overlap$retest <- list(n = length(one), exact = mean(one == two),
  within_one = mean(abs(one - two) <= 1), shift = mean(two - one),
  sem = sd(two - one) / sqrt(2), smallest_change = 1.96 * sd(two - one),
  kappa = kappa2(one, two), icc = ICC(cbind(one, two), lmer = FALSE)$results$ICC[2],
  choices = nrow(same), same_best = sum(same$best.y))
# Bang's index for three texts, and James' from the table of true and guessed letters.
guess <- tapply(seq_len(nrow(d)), paste(d$case, d$evaluator), function(i) {
  t <- d[i, ]; g <- which(t$guess == 1)
  data.frame(evaluator = t$evaluator[1], named = if (length(g)) t$model[g] else NA,
    true = t$position[t$model == "full"], letter = if (length(g)) t$position[g] else "none")
})
guess <- do.call(rbind, guess)
right <- sum(guess$named == "full", na.rm = TRUE); none <- sum(is.na(guess$named))
wrong <- nrow(guess) - right - none; n <- nrow(guess)
pc <- right / n; pw <- wrong / n
out$overlap$blinding <- list(correct = right, wrong = wrong, unknown = none,
  bang = pc - pw / 2, se = sqrt((pc * (1 - pc) + pw * (1 - pw) / 4 + pc * pw) / n),
  p_correct = binom.test(right, right + wrong, 1/3, "greater")$p.value,
  permutation = label_permutation(table(guess$evaluator, factor(guess$named, levels = systems))))
said <- table(guess$true, factor(guess$letter, levels = c("A", "B", "C", "none"))) / n
dk <- sum(said[, 4]); q <- said[, 1:3] / (1 - dk)
off <- 0.5 * sum(q[row(q) != col(q)]); e <- outer(rowSums(q), colSums(q))
expected <- 0.5 * sum(e[row(e) != col(e)])
out$overlap$blinding$james <- (1 + dk + (1 - dk) * (off - expected) / expected) / 2
# The evidence check: pairs of texts of a reading that differ in score and in count.
for (name in criteria) for (verdict in c("supported", "contradicted")) {
  s <- wide(d, name); v <- wide(d, verdict); sign_of <- if (verdict == "supported") 1 else -1
  gap <- sapply(pairs, function(p) sign((s[[p[1]]] - s[[p[2]]]) * (v[[p[1]]] - v[[p[2]]])) * sign_of)
  used <- rowSums(gap != 0) > 0
  share <- (rowSums(gap > 0) / rowSums(gap != 0))[used]
  out$overlap$evidence[[name]][[verdict]] <- list(k = sum(gap > 0), n = sum(gap != 0),
    ci_patient = cr2(share, s$patient[used]))
}
cat(toJSON(out, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
