# R 4.2.2. What the analysis of 36 best choices in 52 readings must equal.
binom.test(36, 52, 1/3)$p.value                            # 1.52107268521732e-07
binom.test(36, 52, 1/3, alternative = "greater")$p.value   # 1.33287325975924e-07
binom.test(36, 52, 1/3)$conf.int                # 0.548976017783368 0.812826630800221
binom.test(36, 52, 1/3, alternative = "greater")$conf.int[1]   # 0.570895316435240
prop.test(36, 52, 1/3, correct = FALSE)$conf.int  # 0.557304111752943 0.800852720507110
chisq.test(c(36, 12, 4))                          # X-squared = 32, p = 1.12535174719259e-07
binom.test(36, 48)$p.value                        # 0.000717269673394583
