#include <array>

#include "annex/testing/store_suite.h"

namespace annex::testing {
namespace {

constexpr std::array kProperties{
    StoreProperty{"write.guarded", "a commit takes effect only if its guard holds"},
    StoreProperty{"write.answered", "a commit is answered once, in time, with what it wrote"},
    StoreProperty{"write.refused",
                  "a refused commit tells what the key holds, and changes nothing"},
    StoreProperty{"write.kept", "what was answered is there afterwards"},
    StoreProperty{"write.linear", "a write that follows another has the higher revision"},
    StoreProperty{"revision.unique", "no revision is given twice, or goes back"},
    StoreProperty{"read.newest", "a read shows some moment between its call and its answer"},
    StoreProperty{"read.exact", "a read at a revision shows the changes up to it, and no other"},
    StoreProperty{"read.future", "a revision that has not happened is refused"},
    StoreProperty{"list.order", "a list is every key below its prefix, once, in bytewise order"},
    StoreProperty{"list.limit", "a page holds no more than its limit, and says that more follow"},
    StoreProperty{"list.continue", "pages at one revision join to the list at that revision"},
    StoreProperty{"list.remaining", "a page says how many follow"},
    StoreProperty{"list.revision", "a page says the revision at which it was read"},
    StoreProperty{"watch.ordered", "events come by increasing revision"},
    StoreProperty{"watch.unique", "no event comes twice"},
    StoreProperty{"watch.atomic", "a change comes whole, as one event"},
    StoreProperty{"watch.reliable", "no event between two others is missing, and none at the end"},
    StoreProperty{"watch.resumable", "a watch begins with the first change after its revision"},
    StoreProperty{"watch.truthful", "an event is a change that was made, with the values then"},
    StoreProperty{"watch.never_back", "no event is of the watch's own revision or an older one"},
    StoreProperty{"watch.bookmarkable", "progress follows all events up to it, and comes if asked"},
    StoreProperty{"watch.lasting", "a watch ends only where history is gone or the store is lost"},
    StoreProperty{"watch.quiet", "a sink is called by one thread, under no lock, until the end"},
    StoreProperty{"compact.too_old", "what is compacted is refused"},
    StoreProperty{"compact.keeps", "compaction keeps the state at its revision and all after it"},
    StoreProperty{"history.retained", "old revisions stay readable for a while"},
    StoreProperty{"history.ends", "old revisions do not stay for ever"},
    StoreProperty{"ttl.ends", "a value goes once its time is up, with an event, and not before"},
    StoreProperty{"ttl.renewed", "another commit to the key sets its time anew, or ends it"},
    StoreProperty{"epoch.constant", "the epoch stays while history goes on"},
    StoreProperty{"reopen.kept", "state, history, revisions and epoch outlive the process"},
    StoreProperty{"value.bytes", "values are any bytes, up to 1 MiB"},
    StoreProperty{"error.provoked", "a store that fails says how, with the code for it"},
    StoreProperty{"suite.thorough", "the run came across everything that it must have checked"},
};

}  // namespace

std::span<const StoreProperty> store_properties() { return kProperties; }

}  // namespace annex::testing
