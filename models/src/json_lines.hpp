#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tillcue::models {

/// On which line of a JSON text each value stands, by its path ("/coupons/0/id").
class JsonLines {
 public:
  JsonLines() = default;
  /// Goes through a text that has been parsed without fault. Comments are passed over.
  explicit JsonLines(std::string_view json);

  /// The line of the value, or of the nearest object or list around it; 1 at least.
  [[nodiscard]] std::size_t of(std::string_view path) const;
  /// Paths of fields that are there twice in one object: of these a parser keeps the last without a word.
  [[nodiscard]] std::vector<std::string> const& repeated() const noexcept { return repeated_; }

 private:
  friend class LineRecorder;
  std::map<std::string, std::size_t, std::less<>> lines_;
  std::vector<std::string> repeated_;
};

}  // namespace tillcue::models
