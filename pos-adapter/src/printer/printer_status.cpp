#include "printer_status.hpp"

namespace tillcue::pos {

AnswerKind kind_of(std::uint8_t byte) noexcept {
  if (byte == 0x11 || byte == 0x13) return AnswerKind::flow;
  if ((byte & 0x93U) == 0x12) return AnswerKind::real_time;
  if ((byte & 0x93U) == 0x10) return AnswerKind::pushed;
  if ((byte & 0x90U) == 0x00) return AnswerKind::in_order;
  return AnswerKind::foreign;
}

std::string trouble(unsigned n, std::uint8_t byte) {
  auto const bit = [&](unsigned number) { return (byte >> number & 1U) != 0; };
  if (n == 1 && bit(3)) return "offline";
  if (n == 2 && bit(2)) return "cover open";
  if (n == 2 && bit(5)) return "paper out";
  if (n == 2 && bit(6)) return "error light is on";
  if (n == 4 && (bit(5) || bit(6))) return "paper out";
  return {};
}

bool near_end(std::uint8_t byte) noexcept { return (byte & 0x0CU) != 0; }

bool paper_out_in_order(std::uint8_t byte) noexcept { return (byte & 0x0CU) != 0; }

void AnswerReader::take(std::span<std::byte const> bytes, Answers& answers) {
  for (std::byte b : bytes) {
    auto const value = std::to_integer<std::uint8_t>(b);
    if (pushed_left_ > 0) {
      --pushed_left_;
      continue;
    }
    switch (kind_of(value)) {
      case AnswerKind::real_time:
        answers.real_time.push_back(value);
        break;
      case AnswerKind::in_order:
        answers.in_order.push_back(value);
        break;
      case AnswerKind::pushed:
        pushed_left_ = 3;
        break;
      case AnswerKind::flow:
        break;
      case AnswerKind::foreign:
        if (answers.foreign.size() < 16) answers.foreign.push_back(value);
        break;
    }
  }
}

}  // namespace tillcue::pos
