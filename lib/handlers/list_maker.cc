#include "handlers/list_maker.h"

#include "annex/json/read.h"
#include "annex/json/write.h"

namespace annex::handlers {
namespace {

using request::Media;

Error unreadable() { return Error::internal("what was encoded cannot be read again"); }

/// An element as it stands in a pretty list, from the new line before it on.
std::string pretty_element(json::Value value) {
  constexpr std::string_view kBefore = "[\n  [";
  constexpr std::string_view kAfter = "\n  ]\n]";
  json::Array inner;
  inner.push_back(std::move(value));
  json::Array outer;
  outer.emplace_back(std::move(inner));
  std::string text = json::write_pretty(outer);
  return text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
}

std::string yaml_element(json::Value value) {
  json::Array one;
  one.push_back(std::move(value));
  return json::write_yaml(one);
}

}  // namespace

ListText::ListText(const Form& form, std::string head)
    : style_(form.media == Media::kYaml                  ? Style::kYaml
             : form.media == Media::kJson && form.pretty ? Style::kPretty
                                                         : Style::kCompact) {
  const std::string newline = form.media == Media::kJson ? "\n" : "";
  if (style_ == Style::kCompact) {
    begin_ = std::move(head);
    end_ = "]}" + newline;
    empty_ = begin_ + end_;
    return;
  }
  Result<json::Value> list = json::parse(head + "]}");
  if (!list) return;  // then no element can be appended
  if (style_ == Style::kPretty) {
    empty_ = json::write_pretty(*list);
    constexpr std::string_view kClose = "]\n}";
    begin_ = empty_.substr(0, empty_.size() - kClose.size());
    end_ = "\n  ]\n}";
    return;
  }
  empty_ = json::write_yaml(*list);
  // Only names of members begin a line, so the one that holds the elements is found by its name;
  // members that sort after it follow them.
  const std::string name = std::prev(list->as_object().end())->name;
  const std::string whole_line = "\n" + name + ": []\n";
  const std::size_t at = empty_.find(whole_line);
  if (at == std::string::npos) return;
  begin_ = empty_.substr(0, at + 1) + name + ":\n";
  end_ = empty_.substr(at + whole_line.size());
}

Result<void> ListText::append(util::Chunks element, util::Chunks& out) {
  static const util::Bytes kComma = util::Bytes::literal(",");
  if (begin_.empty() && is_first_) return unreadable();
  const bool is_first = std::exchange(is_first_, false);
  if (is_first) out.append(std::move(begin_));
  if (!is_first && style_ != Style::kYaml) out.append(kComma);
  if (style_ == Style::kCompact) {
    out.append(std::move(element));
    return {};
  }
  Result<json::Value> value = json::parse(element.join());
  if (!value) return unreadable();
  out.append(style_ == Style::kPretty ? pretty_element(std::move(*value))
                                      : yaml_element(std::move(*value)));
  return {};
}

void ListText::append_end(util::Chunks& out) { out.append(is_first_ ? empty_ : end_); }

Result<ListMaker> ListMaker::begin(const Exchange& exchange, std::vector<registry::ItemPtr> items,
                                   const ListMeta& meta) {
  if (exchange.form.shape == Shape::kPartial) return not_for_lists(exchange);
  TableMaker table{exchange.resource, exchange.version, exchange.codec(), IncludeObject::kMetadata,
                   exchange.form.meta_version};
  std::string head;
  if (exchange.form.shape == Shape::kTable) {
    auto include = read_include_object(exchange.http.target.query);
    if (!include) return std::move(include).error();
    table.include = *include;
    head = table.begin(meta, true);
  } else {
    head = list_head(exchange, meta);
  }
  ListMaker maker(exchange, std::move(items), std::move(table), head);
  if (exchange.form.media == Media::kProtobuf) {
    const Result<json::Value> empty = json::parse(head + "]}");
    if (empty) maker.measured_ = MeasuredList::of(*empty);
    if (!maker.measured_) return Error::internal("the list has no protobuf form");
  }
  return maker;
}

ListMaker::ListMaker(const Exchange& exchange, std::vector<registry::ItemPtr> items,
                     TableMaker table, std::string head)
    : form_(exchange.form),
      table_(std::move(table)),
      now_(exchange.clock.wall_now()),
      items_(std::move(items)),
      text_(form_, std::move(head)) {}

Result<util::Chunks> ListMaker::element(const registry::Item& item) const {
  if (form_.shape == Shape::kTable) return table_.row(item, item.revision, now_);
  auto frame = table_.codec.frame(item, table_.version);
  if (!frame) return std::move(frame).error();
  util::Chunks out;
  if (form_.shape == Shape::kPartialList) {
    frame->append_partial(item.revision, "meta.k8s.io/" + form_.meta_version, out);
  } else {
    frame->append_object(item.revision, false, out);
  }
  return out;
}

Result<void> ListMaker::add(util::Chunks element, util::Chunks& out) {
  if (measured_ && measured_->measuring()) {
    auto kept = measured_->measure(element);
    if (!kept) return std::move(kept).error();
    if (*kept) items_[unsent_++].reset();
    return {};
  }
  items_[next_].reset();
  return measured_ ? measured_->append(element, out) : text_.append(std::move(element), out);
}

Result<void> ListMaker::append_end(util::Chunks& out) {
  if (measured_ && measured_->measuring()) {
    measured_->begin(out);
    next_ = unsent_;
    if (next_ < items_.size()) return {};
  }
  ended_ = true;
  if (measured_) return measured_->append_end(out);
  text_.append_end(out);
  return {};
}

Result<std::size_t> ListMaker::make_next(util::Chunks& out) {
  std::size_t size = 0;
  if (next_ < items_.size()) {
    auto made = element(*items_[next_]);
    if (!made) return std::move(made).error();
    size = made->size();
    if (auto done = add(std::move(*made), out); !done) return std::move(done).error();
    ++next_;
  }
  if (next_ == items_.size()) {
    if (auto done = append_end(out); !done) return std::move(done).error();
  }
  return size;
}

}  // namespace annex::handlers
