// expect: the hook is void validate(const T&, FieldErrors&)
// expect: the hook is void validate(const T&, FieldErrors&)
// expect: the hook is void validate(const T&, FieldErrors&)
// expect: the hook is void validate(const T&, FieldErrors&)
// expect: the hook is void validate(const T&, FieldErrors&) OR is a private member
// expect: the hook is void validate(const T&, FieldErrors&)
#include "loaf.h"

struct Hooks {
#if ANNEX_MUST_FAIL == 1  // an object that could be changed
  void validate(Loaf&, annex::FieldErrors&) const {}
#elif ANNEX_MUST_FAIL == 2  // another struct
  void validate(const Crumb&, annex::FieldErrors&) const {}
#elif ANNEX_MUST_FAIL == 3  // errors that nobody sees
  void validate(const Loaf&, annex::FieldErrors) const {}
#elif ANNEX_MUST_FAIL == 4  // a result
  bool validate(const Loaf&, annex::FieldErrors&) const { return true; }
#elif ANNEX_MUST_FAIL == 5  // not to be called
 private:
  void validate(const Loaf&, annex::FieldErrors&) const {}
#elif ANNEX_MUST_FAIL == 6  // overloads of which none fits
  void validate(const Loaf&) const {}
  void validate(int, int) const {}
#else
  void validate(const Loaf&, annex::FieldErrors&) const {}
  void validate(int, int) const {}
#endif
};

void use(annex::detail::ResourceDraft& draft) { serve(draft, Hooks{}); }
