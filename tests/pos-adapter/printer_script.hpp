#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "tillcue/pos/escpos.hpp"

namespace tillcue::pos {

/// What a scripted printer says to what it is sent, whatever the line.
struct PrinterScript {
  /// Answers to DLE EOT n; a missing n is not answered.
  std::map<unsigned, std::uint8_t> real_time{{1, 0x16}, {2, 0x12}, {4, 0x12}};
  std::optional<std::uint8_t> in_order = 0x00;  ///< answer to GS r 1
  std::string auto_status;                      ///< pushed at once when GS a asks for it
  std::string behind_status;                    ///< sent in one packet with the answer to DLE EOT 4
  bool hangs_up_at_job = false;
  std::function<void(PrinterScript&)> at_job;  ///< when the first byte of a job is there

  std::string job;                ///< all that came, without status questions
  std::string auto_status_asked;  ///< the n of every GS a

  std::function<void(std::string const&)> answer;
  std::function<void()> hang_up = [] {};

  void take(std::span<std::byte const> bytes) {
    tokenizer_.feed(bytes, [this](Token const& token) { take(token); });
  }
  void line_ended() {
    tokenizer_.finish([this](Token const& token) { take(token); });
  }
  void line_began() { tokenizer_ = {}; }

 private:
  void take(Token const& token) {
    if (token.is('\x10', '\x04')) {
      auto const found = real_time.find(token.byte(2));
      if (found == real_time.end()) return;
      answer(static_cast<char>(found->second) + (token.byte(2) == 4 ? behind_status : std::string()));
      return;
    }
    if (token.is('\x1D', 'r')) {
      if (in_order) answer({static_cast<char>(*in_order)});
      return;
    }
    if (token.is('\x1D', 'a')) {
      auto_status_asked += static_cast<char>(token.byte(2));
      if (token.byte(2) != 0 && !auto_status.empty()) answer(auto_status);
      return;
    }
    if (job.empty() && at_job) at_job(*this);
    job.append(reinterpret_cast<char const*>(token.bytes.data()), token.bytes.size());
    if (hangs_up_at_job) hang_up();
  }

  Tokenizer tokenizer_;
};

}  // namespace tillcue::pos
