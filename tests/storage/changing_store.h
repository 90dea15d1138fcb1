// Stores in front of real ones whose watches deliver something else.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "annex/storage/forwarding_store.h"

namespace annex::storage {

/// Changes what a watch delivers.
class ChangingStore : public ForwardingStore {
 public:
  /// Gets one event and the watch's number of it; gives what is delivered in its place.
  using Change = std::function<std::vector<Event>(Event, std::size_t number)>;

  ChangingStore(std::unique_ptr<Store> inner, Change change)
      : ForwardingStore(std::move(inner)), change_(std::move(change)) {}

  StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                            WatchSink& sink) override {
    auto changing = std::make_unique<ChangingWatch>(*this, sink);
    auto inside = inner().watch(prefix, after, changing->changing_sink);
    if (!inside) return std::move(inside).error();
    changing->inside = std::move(*inside);
    return std::unique_ptr<Watch>(std::move(changing));
  }

  /// What becomes of one event; the watch's sinks are called through these two.
  virtual void deliver(Event event, std::size_t number, WatchSink& target) {
    const std::vector<Event> changed = change_(std::move(event), number);
    if (!changed.empty()) target.on_events(changed);
  }
  virtual void progress(Revision revision, WatchSink& target) { target.on_progress(revision); }

 private:
  struct Sink final : WatchSink {
    Sink(ChangingStore& of, WatchSink& to) : store(of), target(to) {}
    void on_events(std::span<const Event> events) override {
      for (const Event& event : events) store.deliver(event, number++, target);
    }
    void on_progress(Revision revision) override { store.progress(revision, target); }
    void on_end(const StoreError& why) override { target.on_end(why); }

    ChangingStore& store;
    WatchSink& target;
    std::size_t number = 0;
  };
  struct ChangingWatch final : Watch {
    ChangingWatch(ChangingStore& store, WatchSink& to) : changing_sink(store, to) {}
    void request_progress() override { inside->request_progress(); }
    Sink changing_sink;
    std::unique_ptr<Watch> inside;  // ends before the sink goes
  };

  const Change change_;
};

/// Delivers a watch's seventh event after its eighth.
class SwappingStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;

  StoreResult<std::unique_ptr<Watch>> watch(const std::string& prefix, Revision after,
                                            WatchSink& sink) override {
    auto swapping = std::make_unique<SwappingWatch>(sink);
    auto inside = inner().watch(prefix, after, swapping->sink);
    if (!inside) return std::move(inside).error();
    swapping->inside = std::move(*inside);
    return std::unique_ptr<Watch>(std::move(swapping));
  }

 private:
  struct Sink final : WatchSink {
    explicit Sink(WatchSink& to) : target(to) {}
    void on_events(std::span<const Event> events) override {
      for (const Event& event : events) {
        if (++number == 7) {
          held = event;
          continue;
        }
        target.on_events({&event, 1});
        if (held) target.on_events({&*held, 1});
        held.reset();
      }
    }
    void on_progress(Revision revision) override {
      if (!held) target.on_progress(revision);
    }
    void on_end(const StoreError& why) override { target.on_end(why); }

    WatchSink& target;
    std::optional<Event> held;
    std::size_t number = 0;
  };
  struct SwappingWatch final : Watch {
    explicit SwappingWatch(WatchSink& to) : sink(to) {}
    void request_progress() override { inside->request_progress(); }
    Sink sink;
    std::unique_ptr<Watch> inside;
  };
};

}  // namespace annex::storage
