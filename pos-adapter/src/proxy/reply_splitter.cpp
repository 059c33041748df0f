#include "reply_splitter.hpp"

#include "../printer/printer_status.hpp"

namespace tillcue::pos {

void ReplySplitter::push(Queue& queue, Asker who, Clock::time_point now) const {
  if (queue.size() >= kMaxOpen) queue.pop_front();
  queue.push_back({who, now});
}

/// Whose question is answered now. What waited too long for its answer is passed over, unless nothing newer waits:
/// a late answer is better given to who asked than to somebody else.
Asker ReplySplitter::pop(Queue& queue, Clock::time_point now) const {
  while (queue.size() > 1 && now - queue.front().at > patience_) queue.pop_front();
  if (queue.empty()) return Asker::pos;
  auto const who = queue.front().who;
  queue.pop_front();
  return who;
}

void ReplySplitter::asked(Token const& token, Asker who, Clock::time_point now) {
  if (token.is('\x10', '\x04')) return push(real_time_, who, now);
  if (token.is('\x1D', 'r') || token.is('\x1D', 'I')) push(in_order_, who, now);
}

ReplySplitter::Split ReplySplitter::take(std::span<std::byte const> bytes, Clock::time_point now) {
  Split out;
  for (std::byte const b : bytes) {
    auto const value = std::to_integer<std::uint8_t>(b);
    if (text_left_ > 0) {
      out.to_pos.push_back(b);
      text_left_ = value == 0 ? 0 : text_left_ - 1;
      continue;
    }
    if (!pushed_.empty()) {
      out.to_pos.push_back(b);
      pushed_.push_back(b);
      if (pushed_.size() < AutoStatus{}.size()) continue;
      out.pushed.insert(out.pushed.end(), pushed_.begin(), pushed_.end());
      pushed_.clear();
      continue;
    }
    switch (kind_of(value)) {
      case AnswerKind::pushed:
        out.to_pos.push_back(b);
        pushed_.push_back(b);
        break;
      case AnswerKind::real_time:
        if (pop(real_time_, now) == Asker::us) {
          out.real_time.push_back(value);
        } else {
          out.to_pos.push_back(b);
        }
        break;
      case AnswerKind::in_order:
        if (pop(in_order_, now) == Asker::us) {
          out.in_order.push_back(value);
        } else {
          out.to_pos.push_back(b);
        }
        break;
      default:
        // 0x5F opens a text of GS I ("_TM-T88V" NUL), which may hold anything up to its NUL.
        if (value == 0x5F) {
          (void)pop(in_order_, now);
          text_left_ = 80;
        }
        out.to_pos.push_back(b);
    }
  }
  return out;
}

void ReplySplitter::forget() {
  real_time_.clear();
  in_order_.clear();
  pushed_.clear();
  text_left_ = 0;
}

}  // namespace tillcue::pos
