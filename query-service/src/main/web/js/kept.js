// What this browser keeps for the page. It may be forbidden to, or have no room: then it is kept
// until the page is closed.
const kept = (area) => {
  const own = new Map();
  return {
    get(key) {
      if (own.has(key)) {
        return own.get(key);
      }
      try {
        return window[area].getItem(key);
      } catch {
        return null;
      }
    },

    /** Returns whether it will still be there when the page is opened again. */
    set(key, value) {
      try {
        window[area].setItem(key, value);
        own.delete(key);
        return true;
      } catch {
        own.set(key, value);
        return false;
      }
    },
  };
};

export const always = kept('localStorage');
export const thisTab = kept('sessionStorage');
