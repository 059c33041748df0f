// A till and head office with power that fails at either end at any operation of the disk, over a network that loses,
// doubles and reorders, with clocks that jump ten years: every result that commit() promised arrives exactly once.

#include <cstdlib>
#include <deque>
#include <optional>

#include <doctest/doctest.h>

#include "support/mosquitto.hpp"
#include "sync/faults/power_cut_disk.hpp"
#include "sync/samples.hpp"
#include "tillcue/sync/hq_inbox.hpp"
#include "tillcue/sync/outbox.hpp"

namespace tillcue::sync {
namespace {

using tillcue::test::PowerCutDisk;
using tillcue::test::TempDir;
using Luck = PowerCutDisk::Luck;
using Random = std::mt19937_64;

TerminalId const kTill{"till-7"};

struct Tally {
  std::size_t till_cuts = 0, hq_cuts = 0, full = 0, committed = 0, in_doubt = 0, lost = 0, changed = 0, reused = 0,
              jumps = 0, dropped = 0, doubled = 0;
};

/// One till, one office, one folder on one disk of which either end's part can lose power: the disk of both is cut at
/// the same moment, but only one end is in the middle of something.
class World {
 public:
  World(std::uint64_t seed, Tally& tally) : random_(seed), tally_(tally), disk_(folder_.path()) { start(); }

  void run(std::size_t cuts) {
    for (std::size_t n = 0; n < cuts; ++n) {
      bool const full = random_() % 8 == 0;
      if (full) disk_.full_from(disk_.operations() + random_() % 30, 1 + random_() % 6);
      if (!full) disk_.fail_after(disk_.operations() + random_() % 60);
      while (!disk_.failed()) step();
      tally_.full += full ? 1 : 0;
      if (!full) power_fails();
      if (!full) continue;
      for (int more = 0; more < 20; ++more) step();
      disk_.mend();
    }
    drain();
  }

 private:
  void start() {
    auto outbox = Outbox::open(folder_ / "outbox.sqlite", kTill);
    REQUIRE_MESSAGE(outbox, (outbox ? "" : outbox.error().what));
    auto inbox = Inbox::open(folder_ / "hq.sqlite");
    REQUIRE_MESSAGE(inbox, (inbox ? "" : inbox.error().what));
    outbox_.emplace(std::move(*outbox));
    inbox_.emplace(std::move(*inbox));
    if (!epoch_) epoch_ = outbox_->epoch();
    CHECK(outbox_->epoch() == *epoch_);
    CHECK(outbox_->last_sequence() >= promised_.size());
    if (outbox_->last_sequence() < promised_.size()) tally_.lost += promised_.size() - outbox_->last_sequence();
    // A commit without an answer is there as a whole or not at all.
    auto const in_doubt = outbox_->last_sequence() - promised_.size();
    CHECK((in_doubt == 0 || in_doubt == doubtful_.size()));
    tally_.in_doubt += in_doubt;
    for (std::size_t n = 0; n < in_doubt; ++n) promised_.push_back(doubtful_[n]);
    doubtful_.clear();
  }

  void power_fails() {
    (busy_hq_ ? tally_.hq_cuts : tally_.till_cuts) += 1;
    outbox_.reset();
    inbox_.reset();
    auto const luck = random_() % 4 == 0 ? Luck::all : (random_() % 3 == 0 ? Luck::none : Luck::some);
    disk_.cut(luck, random_);
    start();
  }

  void step() {
    busy_hq_ = random_() % 2 == 0;
    if (random_() % 50 == 0) jump();
    if (busy_hq_) return head_office();
    if (random_() % 2 == 0) return sells();
    if (random_() % 3 == 0) return sends();
    takes_word();
  }

  /// Ten years back or on; both ends live with whatever the clock says.
  void jump() {
    static constexpr std::int64_t kTenYears = 315'576'000;
    wall_ += (random_() % 2 == 0 ? 1 : -1) * kTenYears;
    ++tally_.jumps;
  }

  void sells() {
    if (doubtful_.empty()) {
      for (auto count = 1 + random_() % 8; count > 0; --count) {
        auto outcome = test::decision(++id_);
        outcome.at = test::at(wall_);
        REQUIRE(outbox_->append(outcome));
        doubtful_.push_back(id_);
      }
    }
    if (!outbox_->commit()) return;
    tally_.committed += doubtful_.size();
    for (auto const id : doubtful_) promised_.push_back(id);
    doubtful_.clear();
  }

  void sends() {
    auto const batch = outbox_->next_batch();
    if (!batch || !*batch) return;
    auto const message = encode_batch(**batch);
    REQUIRE(message);
    travel(up_, *message);
  }

  void travel(std::deque<std::string>& way, std::string const& message) {
    auto const fate = random_() % 10;
    tally_.dropped += fate == 0 ? 1 : 0;
    tally_.doubled += fate == 1 ? 1 : 0;
    if (fate != 0) way.push_back(message);
    if (fate == 1) way.push_front(message);
  }

  /// Any message that is on its way, not the first.
  std::optional<std::string> arrives(std::deque<std::string>& way) {
    if (way.empty()) return std::nullopt;
    auto const at = way.begin() + static_cast<std::ptrdiff_t>(random_() % way.size());
    auto message = *at;
    if (random_() % 8 != 0) way.erase(at);
    while (way.size() > 40) way.pop_front();
    return message;
  }

  void head_office() {
    auto const message = arrives(up_);
    if (!message) return;
    auto const stored = inbox_->store(*decode_batch(*message), test::at(wall_ + 7));
    if (!stored) return;
    tally_.changed += stored->changed;
    travel(down_, *encode_ack(stored->ack));
  }

  void takes_word() {
    auto const message = arrives(down_);
    if (!message) return;
    auto const ack = *decode_ack(*message);
    (void)outbox_->acknowledge(ack.epoch, ack.through);
  }

  /// The trouble is over: all that was promised is at head office, once, under its number.
  void drain() {
    disk_.mend();
    while (!doubtful_.empty()) sells();
    for (int guard = 0; outbox_->pending() > 0 && guard < 10'000; ++guard) {
      auto const batch = **outbox_->next_batch();
      auto const stored = inbox_->store(batch, test::at(wall_));
      REQUIRE_MESSAGE(stored, (stored ? "" : stored.error().what));
      tally_.changed += stored->changed;
      REQUIRE(outbox_->acknowledge(stored->ack.epoch, stored->ack.through));
    }
    CHECK(outbox_->pending() == 0);
    inbox_.reset();
    auto db = *Database::open(folder_ / "hq.sqlite", {.read_only = true});
    auto query =
        *db.prepare("SELECT i.seq, d.number FROM inbox i JOIN decisions d ON d.event = i.rowid ORDER BY i.seq");
    std::uint64_t sequence = 0;
    for (auto row = query.step(); row && *row; row = query.step()) {
      CHECK(query.integer(0) == static_cast<std::int64_t>(++sequence));
      if (sequence > promised_.size() || query.integer(1) != std::int64_t{promised_[sequence - 1]}) ++tally_.reused;
    }
    tally_.lost += promised_.size() - std::min<std::size_t>(promised_.size(), sequence);
    CHECK(sequence == promised_.size());
    auto sound = *db.prepare("PRAGMA integrity_check");
    REQUIRE(sound.step());
    CHECK(sound.text(0) == "ok");
  }

  Random random_;
  Tally& tally_;
  TempDir folder_;
  PowerCutDisk disk_;
  std::optional<Outbox> outbox_;
  std::optional<Inbox> inbox_;
  std::optional<Epoch> epoch_;
  std::deque<std::string> up_, down_;
  std::vector<std::uint32_t> promised_;  ///< by sequence number - 1: which decision
  std::vector<std::uint32_t> doubtful_;  ///< in the outbox's memory, or in a commit without an answer
  std::uint32_t id_ = 0;
  std::int64_t wall_ = 1'790'000'000;
  bool busy_hq_ = false;
};

TEST_CASE("power cuts at both ends, a bad network and jumping clocks lose nothing, double nothing, reuse no number") {
  auto const* wanted = std::getenv("TILLCUE_CUTS");
  auto const worlds = wanted == nullptr ? 10UL : std::strtoul(wanted, nullptr, 10);
  auto const* from = std::getenv("TILLCUE_SEED");
  auto const first = from == nullptr ? 1UL : std::strtoul(from, nullptr, 10);
  Tally t;
  for (auto seed = first; seed < first + worlds; ++seed) World(seed, t).run(100);
  CHECK(t.lost == 0);
  CHECK(t.changed == 0);
  CHECK(t.reused == 0);
  CHECK(t.till_cuts + t.hq_cuts > worlds * 70);
  MESSAGE(t.till_cuts, " power cuts of a till, ", t.hq_cuts, " of head office, ", t.full, " full disks, ", t.jumps,
          " jumps of the clock, ", t.dropped, " messages dropped, ", t.doubled, " doubled; ", t.committed,
          " results committed, ", t.in_doubt, " in doubt that came too; ", t.lost, " lost, ", t.changed, " doubled, ",
          t.reused, " numbers reused");
}

}  // namespace
}  // namespace tillcue::sync
