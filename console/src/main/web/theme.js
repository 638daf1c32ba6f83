// Sets light or dark before anything is painted; without a choice, the browser's preference counts.
(() => {
  const chosen = localStorage.getItem('weft.theme');
  if (chosen === 'light' || chosen === 'dark') {
    document.documentElement.dataset.theme = chosen;
  }
})();
