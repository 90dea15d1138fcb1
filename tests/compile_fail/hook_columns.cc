// expect: the hook columns is std::vector<annex::Column<T>> columns()
// expect: the hook columns is std::vector<annex::Column<T>> columns()
// expect: the hook columns is std::vector<annex::Column<T>> columns()
// expect: the hook columns is std::vector<annex::Column<T>> columns() OR is a private member
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // of another struct
  std::vector<annex::Column<Crumb>> columns() const { return {}; }
#elif ANNEX_MUST_FAIL == 2  // one
  annex::Column<Loaf> columns() const { return {}; }
#elif ANNEX_MUST_FAIL == 3  // of an object
  std::vector<annex::Column<Loaf>> columns(const Loaf&) const { return {}; }
#elif ANNEX_MUST_FAIL == 4  // not to be called
 private:
  std::vector<annex::Column<Loaf>> columns() const { return {}; }
#else
  std::vector<annex::Column<Loaf>> columns() const { return {}; }
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
