#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tillcue/core/live.hpp"
#include "tillcue/core/result.hpp"
#include "tillcue/sync/results.hpp"

namespace tillcue::sync {

/// What a known customer was offered on one day, by pseudonym.
struct OfferedToday {
  std::uint16_t hints = 0, coupons = 0;
  std::map<std::string, std::uint16_t> campaigns;  ///< by id
  friend bool operator==(OfferedToday const&, OfferedToday const&) = default;
};
struct TodayRows {
  std::int64_t day = 0;  ///< since 1970, by the store's clock
  std::map<std::string, OfferedToday> customers;
};

/// How an item has been selling at a till; `first` and `last` are numbers of finished sales.
struct ShelfRow {
  double count = 0;  ///< sales with it, older ones counting less
  std::int64_t first = 0, last = 0;
  double longest = 0;  ///< sales without it in a row, long ago counting less
};
/// Of one item; without a row: it is forgotten.
struct ShelfChange {
  std::string sku;
  std::optional<ShelfRow> row;
};
struct ShelfRows {
  std::int64_t sales = 0;  ///< finished here so far
  std::vector<std::pair<std::string, ShelfRow>> items;
};

/// What a terminal must remember of budgets and of head office's last live state: a restart may neither fill a purse
/// again nor start what was stopped. Beside it what may be lost, but not at every restart: the caps of the day and how
/// items sell. One SQLite file of its own, one writer connection, so that a damaged or full
/// outbox has no say in it and a terminal without sync has it too. Threads  one.
class LiveStore {
 public:
  /// Opens or creates the file.  Errors  busy, io, corrupt (nothing is thrown away: what was spent would be free
  /// again).
  static Result<LiveStore> open(std::filesystem::path const& file);
  LiveStore(LiveStore&&) noexcept;
  LiveStore& operator=(LiveStore&&) noexcept;
  ~LiveStore();

  /// Drawn when the file is made, so that head office sees when another takes its place, which has spent nothing as far
  /// as it knows. None: the file is older than epochs.
  [[nodiscard]] Epoch epoch() const noexcept;
  /// Rises with every change of spent().
  [[nodiscard]] std::uint64_t turn() const noexcept;
  /// What was spent by name, as last kept.
  [[nodiscard]] std::map<std::string, Allotment> const& spent() const noexcept;
  /// Durable on return. Writes what differs from before, in one transaction; nothing differs: nothing is written.
  /// Errors  busy (disk full), io: the file holds what it held.
  Result<void> keep(std::map<std::string, Allotment> const& spent);

  /// A word of HQ as it was taken (word.hpp): number and content.
  struct KeptWord {
    std::uint64_t number = 0;
    std::string content;
  };
  /// By held_name().
  [[nodiscard]] std::map<std::string, KeptWord> const& words() const noexcept;
  /// In the place of the one of that name.  Errors  as keep.
  Result<void> keep_word(std::string const& name, KeptWord word);

  /// The text of the last live state by file that was good; empty when there was none.
  [[nodiscard]] std::string const& state() const noexcept;
  /// Errors  as keep.
  Result<void> keep_state(std::string_view text);

  /// What customers were offered on the last day that was kept.
  Result<TodayRows> today();
  /// Of another day than before: what was kept is thrown away. Otherwise these customers are put in place of what was
  /// kept of them.  Errors  as keep.
  Result<void> keep_today(TodayRows const& changed);
  /// How items have been selling.
  Result<ShelfRows> shelf();
  /// `changed`: in place of what was kept of them.  Cost  least in the order of their SKUs.  Errors  as keep.
  Result<void> keep_shelf(std::int64_t sales, std::span<ShelfChange const> changed);

 private:
  struct Tables;
  explicit LiveStore(std::unique_ptr<Tables> tables);
  std::unique_ptr<Tables> tables_;
};

}  // namespace tillcue::sync
