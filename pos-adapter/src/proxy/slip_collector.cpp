#include "slip_collector.hpp"

#include <utility>

namespace tillcue::pos {
namespace {

constexpr std::size_t kPicture = 2048;  // commands longer than that are pictures, and rows of Star's raster mode

}  // namespace

void SlipCollector::reset(std::span<std::byte const> state) {
  tokens_ = Tokenizer(profile_.language);
  state_ = PrinterState(profile_.language);
  tokens_.feed(state, [this](Token const& token) { state_.take(token); });
  to_display_ = false;
  tokens_ = Tokenizer(profile_.language);
  fed_ = taken_ = ended_at_ = 0;
  begin();
}

void SlipCollector::use(ReceiptLayout layout) {
  read_as_ = layout.code_table ? profile_.resting_in(*layout.code_table) : profile_;
  layout_ = std::move(layout);
}

void SlipCollector::begin() {
  slip_ = state_.from_power_on();
  has_text_ = false;
}

void SlipCollector::feed(std::span<std::byte const> bytes, Sink const& sink) {
  fed_ += bytes.size();
  tokens_.feed(bytes, [&](Token const& token) { take(token, sink); });
}

void SlipCollector::job_begun(Sink const& sink) {
  tokens_.finish([&](Token const& token) { take(token, sink); });
}

void SlipCollector::take(Token const& token, Sink const& sink) {
  taken_ += token.length;
  state_.take(token);
  if (profile_.language != Dialect::star && token.is('\x1B', '=')) {
    to_display_ = (token.byte(2) & 3U) == 2;
  } else if (to_display_) {
    if (sink.display) sink.display(token.bytes);
    return;
  }
  // Half a command would swallow what the next job prints.
  bool const picture = token.kind == TokenKind::command && (token.length > kPicture || token.is_raster_row());
  if (!picture && token.kind != TokenKind::truncated && slip_.size() + token.bytes.size() <= kMaxSlip) {
    slip_.insert(slip_.end(), token.bytes.begin(), token.bytes.end());
  }
  if (token.kind == TokenKind::text) has_text_ = true;
  if (!token.is_cut() || !has_text_) return;
  // ESC i and ESC m inside a Star job are no cuts, and Star's own cut is no command of ESC/POS.
  if (profile_.language == Dialect::escpos && dialect_of(slip_) == Dialect::star) return;
  end(read(), sink);
}

Receipt SlipCollector::read() {
  dialect_ = profile_.language == Dialect::escpos ? dialect_of(slip_) : profile_.language;
  lines_ = read_printed(slip_, read_as_, Letters::plain, dialect_).lines;
  return read_receipt(lines_, layout_);
}

bool SlipCollector::items_begun() const {
  return has_text_ &&
         !read_receipt(read_printed(slip_, read_as_, Letters::plain, dialect_).lines, layout_).items.empty();
}

void SlipCollector::end(Receipt const& receipt, Sink const& sink) {
  auto const lines = std::exchange(lines_, {});
  auto const slip = std::exchange(slip_, {});
  begin();
  ended_at_ = taken_;
  sink.slip(receipt);
  if (sink.lines) sink.lines(lines, slip, receipt);
}

void SlipCollector::end_without_cut(Sink const& sink) {
  if (!has_text_) return;
  auto const receipt = read();
  if (receipt.kind == SlipKind::nothing && !receipt.items.empty()) return;  // more of it may come
  if (tokens_.between_tokens()) taken_ = fed_;
  end(receipt, sink);
}

}  // namespace tillcue::pos
