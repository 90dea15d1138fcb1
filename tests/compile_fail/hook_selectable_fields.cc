// expect: the hook selectable_fields is std::vector<annex::SelectableField<T>>
// expect: the hook selectable_fields is std::vector<annex::SelectableField<T>>
// expect: the hook selectable_fields is std::vector<annex::SelectableField<T>>
// expect: the hook selectable_fields is std::vector<annex::SelectableField<T>> OR is a private member
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // of another struct
  std::vector<annex::SelectableField<Crumb>> selectable_fields() const { return {}; }
#elif ANNEX_MUST_FAIL == 2  // one
  annex::SelectableField<Loaf> selectable_fields() const { return {}; }
#elif ANNEX_MUST_FAIL == 3  // of an object
  std::vector<annex::SelectableField<Loaf>> selectable_fields(const Loaf&) const { return {}; }
#elif ANNEX_MUST_FAIL == 4  // not to be called
 private:
  std::vector<annex::SelectableField<Loaf>> selectable_fields() const { return {}; }
#else
  std::vector<annex::SelectableField<Loaf>> selectable_fields() const { return {}; }
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
