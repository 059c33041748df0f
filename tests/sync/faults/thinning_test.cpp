// Power cuts at any operation of the disk while a full outbox sums up, and a disk that is wholly full then: what
// commit() promised arrives once, as detail or in sums.

#include <cstdlib>
#include <optional>
#include <random>

#include <doctest/doctest.h>

#include "support/mosquitto.hpp"
#include "sync/faults/power_cut_disk.hpp"
#include "sync/samples.hpp"
#include "tillcue/sync/hq_inbox.hpp"
#include "tillcue/sync/hq_report.hpp"
#include "tillcue/sync/hq_store.hpp"
#include "tillcue/sync/outbox.hpp"

namespace tillcue::sync {
namespace {

using tillcue::test::PowerCutDisk;
using tillcue::test::TempDir;
using Luck = PowerCutDisk::Luck;

/// A till whose outbox holds 260 rows and is offline now and then.
class Till {
 public:
  explicit Till(std::uint64_t seed)
      : random_(seed), disk_(folder_.path()), inbox_(*Inbox::open(office_ / "hq.sqlite")) {
    open();
  }

  void run(int cuts) {
    for (int n = 0; n < cuts; ++n) {
      bool const full = random_() % 5 == 0;
      if (full) disk_.full_from(disk_.operations() + random_() % 40, 1 + random_() % 6);
      if (!full) disk_.fail_after(disk_.operations() + random_() % 40);
      while (!disk_.failed()) step();
      if (full) {
        for (int more = 0; more < 10; ++more) step();
        disk_.mend();
        continue;
      }
      outbox_.reset();
      disk_.cut(random_() % 3 == 0 ? Luck::all : Luck::some, random_);
      open();
    }
    disk_.mend();
    while (waiting_ > 0) step();
  }

  /// All of it to HQ, and what HQ's report says.
  Report deliver() {
    while (outbox_->pending() > 0) send();
    auto reader = *open_hq_reader(office_ / "hq.sqlite");
    return *make_report(reader);
  }

  [[nodiscard]] std::uint64_t sales() const { return sales_; }
  [[nodiscard]] Outbox const& outbox() const { return *outbox_; }
  [[nodiscard]] std::uint64_t changed() const { return changed_; }

 private:
  void open() {
    auto outbox = Outbox::open(folder_ / "o.sqlite", TerminalId{"till-7"}, {.most_rows = 260});
    REQUIRE_MESSAGE(outbox, (outbox ? "" : outbox.error().what));
    outbox_.emplace(std::move(*outbox));
    auto const committed = outbox_->last_sequence() / 3;
    CHECK(outbox_->last_sequence() % 3 == 0);
    CHECK(committed >= sales_);
    CHECK(committed <= sales_ + waiting_);
    sales_ = committed;
    waiting_ = 0;
  }

  void step() {
    if (waiting_ == 0 && random_() % 40 == 0) return send();
    if (waiting_ == 0) {
      SaleId const id{"s" + std::to_string(++id_)};
      auto made = test::decision();
      std::get<DecisionMade>(made.what).sale = id;
      auto sale = test::sale();
      std::get<SaleClosed>(sale.what).sale = id;
      REQUIRE(outbox_->append(made));
      REQUIRE(outbox_->append({made.at, OfferAnswered{id, 1, Response::accepted, true}}));
      REQUIRE(outbox_->append(sale));
      waiting_ = 1;
    }
    if (!outbox_->commit()) return;
    sales_ += waiting_;
    waiting_ = 0;
  }

  /// A batch; its acknowledgement is lost now and then.
  void send() {
    auto const batch = outbox_->next_batch();
    if (!batch || !*batch) return;
    auto const stored = inbox_.store(*decode_batch(*encode_batch(**batch)), test::at(1'790'000'500));
    REQUIRE(stored);
    changed_ += stored->changed;
    if (random_() % 3 == 0) return;
    (void)outbox_->acknowledge(stored->ack.epoch, stored->ack.through);
  }

  std::mt19937_64 random_;
  TempDir folder_, office_;
  PowerCutDisk disk_;
  Inbox inbox_;
  std::optional<Outbox> outbox_;
  std::uint64_t sales_ = 0, waiting_ = 0, changed_ = 0;
  int id_ = 0;
};

TEST_CASE("power cuts and full disks while it sums up: every sale is counted once") {
  auto const* wanted = std::getenv("TILLCUE_CUTS");
  auto const tills = wanted == nullptr ? 3UL : std::strtoul(wanted, nullptr, 10);
  std::uint64_t sales = 0, thinned = 0;
  for (unsigned long seed = 1; seed <= tills; ++seed) {
    Till till(seed);
    till.run(100);
    auto const report = till.deliver();
    CHECK(till.changed() == 0);
    CHECK(till.outbox().dropped() == 0);
    CHECK(report.holdout.finished == till.sales());
    CHECK(report.answers.shown == till.sales());
    CHECK(report.answers.accepted == till.sales());
    CHECK(report.gaps.empty());
    CHECK(report.alarm_count == 0);
    sales += till.sales();
    thinned += till.outbox().thinned();
  }
  CHECK(thinned > 0);
  MESSAGE((tills * 100), " cuts and full disks, ", sales, " sales, ", thinned, " results summed up, 0 lost, 0 double");
}

}  // namespace
}  // namespace tillcue::sync
