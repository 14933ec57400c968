// Ctrl+Enter submits the reviewed case, as it led here.
"use strict";
document.addEventListener("keydown", (event) => {
  const button = document.getElementById("submit");
  if (event.key === "Enter" && event.ctrlKey && !button.disabled) button.click();
});
