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

std::string trouble(AutoStatus const& status) {
  auto const bit = [&](std::size_t at, unsigned number) { return (status.at(at) >> number & 1U) != 0; };
  if (bit(0, 5)) return "cover open";
  if (bit(2, 2) || bit(2, 3)) return "paper out";
  if (bit(1, 3)) return "cutter jammed";
  if (bit(1, 2) || bit(1, 5) || bit(1, 6)) return "error light is on";
  if (bit(0, 3)) return "offline";
  return {};
}

bool near_end(std::uint8_t byte) noexcept { return (byte & 0x0CU) != 0; }

bool near_end(AutoStatus const& status) noexcept { return (status[2] & 0x03U) != 0; }

bool paper_out_in_order(std::uint8_t byte) noexcept { return (byte & 0x0CU) != 0; }

void AnswerReader::take(std::span<std::byte const> bytes, Answers& answers) {
  for (std::byte b : bytes) take(std::to_integer<std::uint8_t>(b), answers);
}

bool AnswerReader::take_pushed(std::uint8_t byte, Answers& answers) {
  if (kind_of(byte) == AnswerKind::flow) return true;
  if (kind_of(byte) != AnswerKind::in_order) {
    status_bytes_ = 0;  // broken off: what follows is read afresh
    return false;
  }
  status_.at(status_bytes_++) = byte;
  if (status_bytes_ < status_.size()) return true;
  status_bytes_ = 0;
  answers.pushed = status_;
  return true;
}

void AnswerReader::take(std::uint8_t byte, Answers& answers) {
  if (status_bytes_ > 0 && take_pushed(byte, answers)) return;
  auto const keep = [byte](std::vector<std::uint8_t>& kept) {
    if (kept.size() < kMost) kept.push_back(byte);
  };
  switch (kind_of(byte)) {
    case AnswerKind::real_time:
      return keep(answers.real_time);
    case AnswerKind::in_order:
      return keep(answers.in_order);
    case AnswerKind::pushed:
      status_ = {byte};
      status_bytes_ = 1;
      return;
    case AnswerKind::flow:
      return;
    case AnswerKind::foreign:
      return keep(answers.foreign);
  }
}

}  // namespace tillcue::pos
