#include "display_desk.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>

#include "display_settings.hpp"

namespace tillcue::terminal {

pos::HintBoard for_cashier(pos::HintBoard const& board) {
  auto said = board;
  if (!said.cards.empty() && (said.cards.front().channels & mask_of(Channel::screen)) == 0) said.cards.clear();
  return said;
}

DisplayDesk::DisplayDesk(boost::asio::io_context& io, Config const& config, Log const& log) : log_(log) {
  if (!config.customer_display) return;
  all_ = config.customer_display->hints == "all";
  auto line = line_of(*config.customer_display);
  profile_ = line.profile;
  display_ = std::make_unique<pos::CustomerDisplay>(io, std::move(line));
}

void DisplayDesk::show(pos::HintBoard const& board) {
  if (!display_) return;
  bool const offer = !board.cards.empty() && board.cards.front().kind == OfferKind::suggestion;
  bool const wanted = offer && (all_ || (board.cards.front().channels & mask_of(Channel::display)) != 0);
  auto const text = wanted ? pos::display_text(board.cards.front()) : pos::DisplayText{};
  if (wanted && pos::is_legible(text, profile_)) {
    display_->show(text);
  } else {
    display_->rest();
  }
}

void DisplayDesk::rest() {
  if (display_) display_->rest();
}

bool DisplayDesk::works(bool beside_cashier) const {
  return display_ && display_->working() && (all_ || beside_cashier);
}

void DisplayDesk::tell() {
  if (!display_ || display_->trouble() == told_) return;
  told_ = display_->trouble();
  if (told_.empty()) {
    log_.info("display.back");
  } else {
    log_.warning("display.lost", {{"error", told_}});
  }
}

}  // namespace tillcue::terminal
