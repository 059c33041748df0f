#include "layout_desk.hpp"

#include <algorithm>
#include <utility>

#include <sys/resource.h>

#include "kept_file.hpp"
#include "tillcue/core/whole_file.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::terminal {
namespace {

constexpr auto kLearned = "learned";
constexpr std::size_t kMostBytes = 1024 * 1024;

bool is_understood(pos::Receipt const& receipt) { return receipt.kind == pos::SlipKind::sale && receipt.balanced; }

}  // namespace

LayoutDesk::LayoutDesk(std::filesystem::path file, unsigned digits, pos::PrinterProfile const& profile, Log const& log)
    : file_(std::move(file)), resting_(profile.resting_table()), language_(profile.language), log_(log) {
  layout_.digits = static_cast<std::uint8_t>(digits);
}

LayoutDesk::~LayoutDesk() { give_up_ = true; }

std::optional<pos::ReceiptLayout> LayoutDesk::kept() {
  auto const text = read_regular_file(file_, kMostBytes);
  if (!text && text.error().code == Code::not_found) return {};
  auto layout = text ? pos::parse_layout(*text, file_.string()) : tl::unexpected(text.error());
  if (!layout) {
    log_.warning("layout.unread", {{"error", layout.error().what}});
    return {};
  }
  layout->digits = layout_.digits;
  layout_ = *layout;
  has_layout_ = layout_.name == kLearned;
  return layout_;
}

std::size_t LayoutDesk::understood() const {
  return static_cast<std::size_t>(
      std::count_if(slips_.begin(), slips_.end(), [](Slip const& slip) { return slip.understood; }));
}

void LayoutDesk::hear(std::vector<std::string> const& lines, std::span<std::byte const> bytes,
                      pos::Receipt const& receipt) {
  // Only what may be a sale: the reader says of the others what they are.
  if (receipt.kind != pos::SlipKind::sale && receipt.kind != pos::SlipKind::nothing) return;
  if (lines.size() > kMostLines) return;
  if (words_.take(bytes, language_)) ++words_since_;
  slips_.push_back({lines, is_understood(receipt)});
  if (slips_.size() > kKept) slips_.pop_front();
  ++since_;
  auto const misunderstood = slips_.size() - understood();
  if (since_ >= pause_ && misunderstood * 100 >= slips_.size() * kMisunderstood) search();
}

void LayoutDesk::search() {
  if (search_.is_started()) return;
  since_ = 0;
  ++searches_;
  std::vector<pos::SlipLines> slips;
  for (auto const& slip : slips_) slips.push_back(slip.lines);
  auto learn = [slips = std::move(slips), digits = layout_.digits, give_up = &give_up_] {
    (void)::setpriority(PRIO_PROCESS, 0, 19);  // of this thread
    return pos::learn_layout(slips, digits, give_up);
  };
  garbled_ = false;
  if (auto const started = search_.start(std::move(learn)); !started) {
    log_.warning("layout.unsearched", {{"error", started.error().what}});
  }
}

std::optional<pos::ReceiptLayout> LayoutDesk::learned() {
  if (auto table = learned_table()) return table;
  return learned_layout();
}

std::optional<pos::ReceiptLayout> LayoutDesk::learned_layout() {
  if (!search_.is_there()) return {};
  auto learned = search_.take();
  if (std::exchange(garbled_, false)) return {};
  auto const percent = std::to_string(static_cast<int>(learned.sureness * 100));
  bool const better = learned.layout.name == kLearned && learned.add_up > understood();
  if (!pos::is_sure(learned) || !better) {
    pause_ = std::min(pause_ * 2, kRarestTries);
    log_.info("layout.unsure", {{"receipts", std::to_string(learned.looked_at)},
                                {"add_up", std::to_string(learned.add_up)},
                                {"sure_percent", percent}});
    return {};
  }
  pause_ = kFirstTry;
  has_layout_ = true;
  log_.info("layout.learned", {{"receipts", std::to_string(learned.looked_at)},
                               {"add_up", std::to_string(learned.add_up)},
                               {"before", std::to_string(understood())},
                               {"sure_percent", percent}});
  learned.layout.code_table = layout_.code_table;
  layout_ = std::move(learned.layout);
  keep();
  for (auto& slip : slips_) slip.understood = is_understood(pos::read_receipt(slip.lines, layout_));
  return layout_;
}

void LayoutDesk::keep() {
  auto const json = pos::layout_json(layout_);
  if (auto const kept = keep_file(file_, sync::as_bytes(json)); !kept) {
    log_.error("layout.unkept", {{"error", kept.error().what}});
  }
}

void LayoutDesk::fit(std::shared_ptr<Bundle const> bundle) {
  if (fitting_.is_started() || !bundle) return;
  words_since_ = 0;
  auto work = [words = words_.all(), now = layout_.code_table.value_or(resting_), bundle = std::move(bundle)] {
    (void)::setpriority(PRIO_PROCESS, 0, 19);  // of this thread
    return pos::fit_code_table(words, now, [&](auto const& take) {
      for (std::uint32_t n = 0; n < bundle->item_count(); ++n) take(bundle->item(ItemIx{n}).name);
    });
  };
  if (auto const started = fitting_.start(std::move(work)); !started) {
    log_.warning("code_table.untried", {{"error", started.error().what}});
  }
}

/// What was kept of slips is forgotten with the old table: it was read wrong.
std::optional<pos::ReceiptLayout> LayoutDesk::learned_table() {
  if (!fitting_.is_there()) return {};
  auto const fit = fitting_.take();
  auto const now = layout_.code_table.value_or(resting_);
  words_pause_ = std::min(words_pause_ * 2, kRarestTries);
  if (fit.table == now || !pos::is_sure(fit)) {
    log_.info("code_table.unchanged", {{"table", pos::name(now)},
                                       {"words", std::to_string(fit.heard)},
                                       {"known", std::to_string(fit.before)},
                                       {"best", pos::name(fit.table)},
                                       {"best_known", std::to_string(fit.known)}});
    return {};
  }
  log_.info("code_table.learned", {{"table", pos::name(fit.table)},
                                   {"words", std::to_string(fit.heard)},
                                   {"known", std::to_string(fit.known)},
                                   {"before", pos::name(now)},
                                   {"known_before", std::to_string(fit.before)}});
  layout_.code_table = fit.table;
  keep();
  words_.clear();
  words_pause_ = kFirstTry;
  slips_.clear();
  since_ = 0;
  garbled_ = search_.is_started();
  return layout_;
}

}  // namespace tillcue::terminal
