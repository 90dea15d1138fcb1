// A list piece by piece: the one way to make it, whether it is answered whole or while it is sent.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "annex/registry/item.h"
#include "annex/util/bytes.h"
#include "annex/util/result.h"
#include "handlers/exchange.h"
#include "handlers/measured_list.h"
#include "handlers/render.h"

namespace annex::handlers {

/// What stands around the elements of a list in JSON and YAML, of which none has to be known for
/// the next one to be written.
class ListText {
 public:
  /// `head` is the list in compact JSON up to the bracket that opens its elements, its last member.
  ListText(const Form& form, std::string head);

  /// Appends an element, compact JSON, with what goes before it.
  Result<void> append(util::Chunks element, util::Chunks& out);
  void append_end(util::Chunks& out);

 private:
  enum class Style { kCompact, kPretty, kYaml };

  Style style_;
  std::string begin_;
  std::string end_;
  std::string empty_;  ///< the list without elements
  bool is_first_ = true;
};

/// Holds the list's items, shared with whoever else has them, until each is made. What the
/// resource's columns and conversions refer to must outlive it. One thread at a time, which may
/// block: hooks are called.
class ListMaker {
 public:
  /// kNotAcceptable for a form that only objects have.
  static Result<ListMaker> begin(const Exchange& exchange, std::vector<registry::ItemPtr> items,
                                 const ListMeta& meta);

  /// Makes the next element and appends what can be sent then, after the last one the end, too:
  /// nothing while a list has to be measured. Gives the bytes that were made. Requires: !done().
  Result<std::size_t> make_next(util::Chunks& out);
  bool done() const { return ended_; }

 private:
  ListMaker(const Exchange& exchange, std::vector<registry::ItemPtr> items, TableMaker table,
            std::string head);
  Result<util::Chunks> element(const registry::Item& item) const;
  Result<void> add(util::Chunks element, util::Chunks& out);
  Result<void> append_end(util::Chunks& out);

  const Form form_;
  const TableMaker table_;
  const util::WallTime now_;
  std::vector<registry::ItemPtr> items_;
  std::size_t next_ = 0;
  std::size_t unsent_ = 0;  ///< the first that is not with `measured_`
  bool ended_ = false;
  ListText text_;
  std::optional<MeasuredList> measured_;  ///< instead of `text_`
};

}  // namespace annex::handlers
