#pragma once

#include <atomic>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "second_thread.hpp"
#include "tillcue/core/bundle.hpp"
#include "tillcue/firmware/log.hpp"
#include "tillcue/pos/code_table_learner.hpp"
#include "tillcue/pos/layout_learner.hpp"
#include "tillcue/pos/printer_profile.hpp"

namespace tillcue::terminal {

/// Learns how this till lays out its receipts, from the receipts themselves (pos::learn_layout), when those it hears
/// are not understood; and the code table of a POS that names none, from the names of the bundle in force
/// (pos::fit_code_table). Text and words stay in memory; what is kept is the layout, in data_dir/layout.json.
/// Threads  one; the search, of seconds, runs on a second one of lowest priority, and is given up at the end.
class LayoutDesk {
 public:
  static constexpr std::size_t kKept = 48;         ///< of the newest slips
  static constexpr std::size_t kMostLines = 400;   ///< a longer slip is not learned from
  static constexpr std::size_t kFirstTry = 12;     ///< slips before the first search; doubled after each that failed
  static constexpr std::size_t kRarestTries = 96;  ///< slips between two searches at the most
  /// Of the slips kept, so many per cent must be misunderstood before a search is worth its time.
  static constexpr std::size_t kMisunderstood = 20;

  /// `profile`: whose table is read by until another one is known.
  LayoutDesk(std::filesystem::path file, unsigned digits, pos::PrinterProfile const& profile, Log const& log);
  ~LayoutDesk();
  LayoutDesk(LayoutDesk const&) = delete;
  LayoutDesk& operator=(LayoutDesk const&) = delete;

  /// What was learned before this start. A file that cannot be read is told in the log: learning begins anew.
  std::optional<pos::ReceiptLayout> kept();
  /// A slip, its bytes, and how the layout in use reads it.
  void hear(std::vector<std::string> const& lines, std::span<std::byte const> bytes, pos::Receipt const& receipt);
  /// There are words enough to look for their code table, if one has the names they may be of.
  [[nodiscard]] bool wants_names() const noexcept { return words_since_ >= words_pause_ && !fitting_.is_started(); }
  /// Nothing without a bundle: the words wait for one.
  void fit(std::shared_ptr<Bundle const> bundle);
  /// A layout or code table that is sure, to be used from now on.
  std::optional<pos::ReceiptLayout> learned();

  [[nodiscard]] bool has_layout() const noexcept { return has_layout_; }
  [[nodiscard]] bool searching() const noexcept { return search_.is_started() || fitting_.is_started(); }
  [[nodiscard]] std::size_t searches() const noexcept { return searches_; }

 private:
  struct Slip {
    pos::SlipLines lines;
    bool understood = false;
  };
  [[nodiscard]] std::size_t understood() const;
  void search();
  std::optional<pos::ReceiptLayout> learned_layout();
  std::optional<pos::ReceiptLayout> learned_table();
  void keep();

  std::filesystem::path file_;
  pos::CodeTable resting_;  ///< of the printer's profile
  pos::Dialect language_;
  Log const& log_;
  pos::ReceiptLayout layout_;  ///< in use
  pos::HeardWords words_;
  std::size_t words_since_ = 0, words_pause_ = kFirstTry;
  Aside<pos::TableFit> fitting_;
  std::deque<Slip> slips_;
  std::size_t since_ = 0, pause_ = kFirstTry, searches_ = 0;
  bool has_layout_ = false;
  bool garbled_ = false;  ///< what is searched in was read by a table that is now known to be wrong
  std::atomic<bool> give_up_ = false;
  Aside<pos::LearnedLayout> search_;
};

}  // namespace tillcue::terminal
