#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "feeds/line_template.hpp"
#include "tillcue/pos/feeds.hpp"

namespace tillcue::pos {

/// A till's text, byte by byte, to baskets. Pure: who feeds it tells it of silence, too.
class TextTickets {
 public:
  static constexpr std::size_t kMaxLine = 512;  ///< bytes; what is beyond is left out

  /// Errors  invalid (as check(options)).
  static Result<TextTickets> make(TextFeedOptions options, FeedTarget target);

  void take(std::string_view bytes);
  /// Nothing has come for `timeout`.
  void quiet();

  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_read_; }
  [[nodiscard]] std::uint64_t not_understood() const noexcept { return not_understood_; }

 private:
  using Templates = std::vector<LineTemplate>;
  struct Layout {
    Templates ignored, cancelled, closed, total, removed, item;
  };

  TextTickets(TextFeedOptions options, FeedTarget target) : options_(std::move(options)), target_(std::move(target)) {}
  struct Marker {
    std::size_t at = std::string::npos;
    std::size_t size = 0;
    void (TextTickets::*act)() = nullptr;
  };
  [[nodiscard]] Marker next_marker() const;
  void line_ended();
  void started();
  void ended();
  void line(std::string_view bytes);
  void read(std::string const& text);
  [[nodiscard]] bool like(Templates const& any, std::string const& text, TemplateFields& fields) const;
  void add(TemplateFields const& fields);
  void remove(TemplateFields const& fields);
  void total(TemplateFields const& fields);
  void over(bool paid);
  [[nodiscard]] std::string ticket() const { return target_.epoch + "-" + std::to_string(number_); }

  TextFeedOptions options_;
  FeedTarget target_;
  Layout layout_;
  std::string pending_;   ///< of the line that is coming
  bool inside_ = false;   ///< of a receipt, where there is a start
  std::string previous_;  ///< line that was not understood: it may be the first half of an item
  std::vector<HeardLine> basket_;
  std::optional<std::int64_t> total_;
  bool total_seen_ = false;
  std::uint64_t number_ = 1;
  std::uint64_t lines_read_ = 0;
  std::uint64_t not_understood_ = 0;
};

}  // namespace tillcue::pos
