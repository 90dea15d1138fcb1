// Edits of C++ sources at the places that a reader would choose. Each leaves the rest as it is.
#pragma once

#include <string>

#include "annex/util/result.h"

namespace annex::tool {

/// Where a resource's chain of words stands: from ".resource<" to the semicolon behind it.
struct Chain {
  std::size_t begin{};
  std::size_t end{};  ///< of its semicolon
};
/// BadRequest: no chain, or two, for this kind.
Result<Chain> find_chain(const std::string& source, const std::string& kind);
/// Adds a line with `word`, such as `.status()`, at the chain's end.
Result<std::string> add_to_chain(const std::string& source, const std::string& kind,
                                 const std::string& word);
/// Adds `#include "header"` or, for `<header>`, that, behind its like; nothing if it is there.
Result<std::string> add_include(const std::string& source, const std::string& header);
/// Adds a statement at the end of the function whose head is this line. BadRequest: no such line.
Result<std::string> add_statement(const std::string& source, const std::string& head,
                                  const std::string& statement);
/// Adds a member before the `describe` of a struct, and a line at the end of that. In `field`, "%"
/// stands for the describer's name. BadRequest: the struct is not there, or not in that form.
Result<std::string> add_member(const std::string& source, const std::string& type,
                               const std::string& member, const std::string& field);
/// Puts `text` before the line `struct <type> {`.
Result<std::string> add_before_struct(const std::string& source, const std::string& type,
                                      const std::string& text);
/// True if there is a line `struct <type> {`.
bool has_struct(const std::string& source, const std::string& type);
/// The header of one version as another's: namespaces and comments are renamed.
std::string rename_version(const std::string& source, const std::string& from,
                           const std::string& to);

}  // namespace annex::tool
