#include "templates.h"

namespace annex::tool {

struct Template {
  std::string_view name;
  std::string_view text;
};
/// Made from the folder templates/ by CMake; ends with an entry without a name.
extern const Template kTemplates[];

Result<std::string> fill(std::string_view name, const Words& words) {
  const Template* found = kTemplates;
  while (!found->name.empty() && found->name != name) ++found;
  if (found->name.empty()) return Error::internal("no template " + std::string(name));
  std::string text;
  std::string_view rest = found->text;
  while (true) {
    const std::size_t begin = rest.find("%{");
    text += rest.substr(0, begin);
    if (begin == std::string_view::npos) return text;
    rest.remove_prefix(begin + 2);
    const std::size_t end = rest.find('}');
    const auto word = words.find(std::string(rest.substr(0, end)));
    if (end == std::string_view::npos || word == words.end()) {
      return Error::internal(std::string(name) + " has an unknown word");
    }
    text += word->second;
    rest.remove_prefix(end + 1);
  }
}

}  // namespace annex::tool
