#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/layout_learner.hpp"

namespace tillcue::terminal {

/// Learns how this till lays out its receipts, from the receipts themselves (pos::learn_layout), when those it hears
/// are not understood. Their text stays in memory; what is kept is the layout, in data_dir/layout.json.
/// Threads  one; the search, of seconds, runs on a second one of lowest priority, and is given up at the end.
class LayoutDesk {
 public:
  static constexpr std::size_t kKept = 48;         ///< of the newest slips
  static constexpr std::size_t kMostLines = 400;   ///< a longer slip is not learned from
  static constexpr std::size_t kFirstTry = 12;     ///< slips before the first search; doubled after each that failed
  static constexpr std::size_t kRarestTries = 96;  ///< slips between two searches at the most
  /// Of the slips kept, so many per cent must be misunderstood before a search is worth its time.
  static constexpr std::size_t kMisunderstood = 20;

  LayoutDesk(std::filesystem::path file, unsigned digits, Log const& log)
      : file_(std::move(file)), digits_(digits), log_(log) {}
  ~LayoutDesk();
  LayoutDesk(LayoutDesk const&) = delete;
  LayoutDesk& operator=(LayoutDesk const&) = delete;

  /// What was learned before this start. A file that cannot be read is told in the log: learning begins anew.
  std::optional<pos::ReceiptLayout> kept();
  /// A slip, and how the layout in use reads it.
  void hear(std::vector<std::string> const& lines, pos::Receipt const& receipt);
  /// A layout that is sure, to be used from now on.
  std::optional<pos::ReceiptLayout> learned();

  [[nodiscard]] bool has_layout() const noexcept { return has_layout_; }
  [[nodiscard]] bool searching() const noexcept { return search_.valid(); }
  [[nodiscard]] std::size_t searches() const noexcept { return searches_; }

 private:
  struct Slip {
    pos::SlipLines lines;
    bool understood = false;
  };
  [[nodiscard]] std::size_t understood() const;
  void search();

  std::filesystem::path file_;
  unsigned digits_;
  Log const& log_;
  std::deque<Slip> slips_;
  std::size_t since_ = 0, pause_ = kFirstTry, searches_ = 0;
  bool has_layout_ = false;
  std::atomic<bool> give_up_ = false;
  std::future<pos::LearnedLayout> search_;
};

}  // namespace tillcue::terminal
