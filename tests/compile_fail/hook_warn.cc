// expect: the hook is std::vector<std::string> warn(const T&)
// expect: the hook is std::vector<std::string> warn(const T&)
// expect: the hook is std::vector<std::string> warn(const T&)
// expect: the hook is std::vector<std::string> warn(const T&) OR is a private member
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // an object that could be changed
  std::vector<std::string> warn(Loaf&) const { return {}; }
#elif ANNEX_MUST_FAIL == 2  // one text
  std::string warn(const Loaf&) const { return {}; }
#elif ANNEX_MUST_FAIL == 3  // another struct
  std::vector<std::string> warn(const Crumb&) const { return {}; }
#elif ANNEX_MUST_FAIL == 4  // not to be called
 private:
  std::vector<std::string> warn(const Loaf&) const { return {}; }
#else
  std::vector<std::string> warn(const Loaf&) const { return {}; }
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
