#include "layout_desk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

#include <sys/resource.h>

#include "kept_file.hpp"
#include "tillcue/sync/crypto.hpp"

namespace tillcue::terminal {
namespace {

bool is_understood(pos::Receipt const& receipt) { return receipt.kind == pos::SlipKind::sale && receipt.balanced; }

}  // namespace

LayoutDesk::~LayoutDesk() { give_up_ = true; }

std::optional<pos::ReceiptLayout> LayoutDesk::kept() {
  std::ifstream stream(file_, std::ios::binary);
  if (!stream) return {};
  std::string const text(std::istreambuf_iterator<char>(stream), {});
  auto layout = pos::parse_layout(text, file_.string());
  if (!layout) {
    log_.warning("layout.unread", {{"error", layout.error().what}});
    return {};
  }
  layout->digits = static_cast<std::uint8_t>(digits_);
  has_layout_ = true;
  return std::move(*layout);
}

std::size_t LayoutDesk::understood() const {
  return static_cast<std::size_t>(
      std::count_if(slips_.begin(), slips_.end(), [](Slip const& slip) { return slip.understood; }));
}

void LayoutDesk::hear(std::vector<std::string> const& lines, pos::Receipt const& receipt) {
  // Only what may be a sale: the reader says of the others what they are.
  if (receipt.kind != pos::SlipKind::sale && receipt.kind != pos::SlipKind::nothing) return;
  if (lines.size() > kMostLines) return;
  slips_.push_back({lines, is_understood(receipt)});
  if (slips_.size() > kKept) slips_.pop_front();
  ++since_;
  auto const misunderstood = slips_.size() - understood();
  if (since_ >= pause_ && misunderstood * 100 >= slips_.size() * kMisunderstood) search();
}

void LayoutDesk::search() {
  if (search_.valid()) return;
  since_ = 0;
  ++searches_;
  std::vector<pos::SlipLines> slips;
  for (auto const& slip : slips_) slips.push_back(slip.lines);
  auto const learn = [slips = std::move(slips), digits = digits_, give_up = &give_up_] {
    (void)::setpriority(PRIO_PROCESS, 0, 19);  // of this thread
    return pos::learn_layout(slips, digits, give_up);
  };
  try {
    search_ = std::async(std::launch::async, learn);
  } catch (std::system_error const& failed) {
    log_.warning("layout.unsearched", {{"error", failed.what()}});
  }
}

std::optional<pos::ReceiptLayout> LayoutDesk::learned() {
  if (!search_.valid() || search_.wait_for(std::chrono::seconds(0)) != std::future_status::ready) return {};
  auto learned = search_.get();
  auto const percent = std::to_string(static_cast<int>(learned.sureness * 100));
  bool const better = learned.layout.name == "learned" && learned.add_up > understood();
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
  auto const json = pos::layout_json(learned.layout);
  if (auto const kept = keep_file(file_, sync::as_bytes(json)); !kept) {
    log_.error("layout.unkept", {{"error", kept.error().what}});
  }
  for (auto& slip : slips_) slip.understood = is_understood(pos::read_receipt(slip.lines, learned.layout));
  return std::move(learned.layout);
}

}  // namespace tillcue::terminal
