#include "parcel/texts.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <string_view>

#include "format/bytes.hpp"

namespace tillcue::parcel {
namespace {

// In the texts: end of a string, the next number, the number before once more.
constexpr char kEnd = 0, kNext = 1, kSame = 2;
constexpr std::size_t kLeastDigits = 4;  ///< of a number that is a part of a text
constexpr std::size_t kMostDigits = 18;

constexpr std::size_t kWidthAt = 4, kDifferencesAt = 5, kNumbersAt = 6;

bool is_digit(char letter) noexcept { return letter >= '0' && letter <= '9'; }

/// The strings of a pool one after the other; false when it is none.
template <class Visit>
bool each_string(std::span<std::byte const> pool, Visit const& visit) {
  for (std::size_t at = 0; at < pool.size();) {
    if (pool.size() - at < 2) return false;
    std::size_t const size = format::load<std::uint16_t>(pool.data() + at);
    if (pool.size() - at - 2 < size) return false;
    if (!visit(std::string_view(reinterpret_cast<char const*>(pool.data() + at + 2), size))) return false;
    at += 2 + size;
  }
  return true;
}

struct Split {
  std::vector<std::uint64_t> numbers;
  std::vector<char> texts;

  /// false: a control character.
  bool add(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      if (static_cast<unsigned char>(text[at]) <= static_cast<unsigned char>(kSame)) return false;
      auto const digits = digits_at(text, at);
      bool const whole = digits == text.size();
      if (text[at] != '0' && digits <= kMostDigits && (digits >= kLeastDigits || (whole && digits > 0))) {
        std::uint64_t number = 0;
        std::from_chars(text.data() + at, text.data() + at + digits, number);
        bool const same = !numbers.empty() && numbers.back() == number;
        if (!same) numbers.push_back(number);
        texts.push_back(same ? kSame : kNext);
        at += digits;
      } else {
        auto const literal = std::max<std::size_t>(1, digits);
        texts.insert(texts.end(), text.begin() + static_cast<std::ptrdiff_t>(at),
                     text.begin() + static_cast<std::ptrdiff_t>(at + literal));
        at += literal;
      }
    }
    texts.push_back(kEnd);
    return true;
  }

 private:
  static std::size_t digits_at(std::string_view text, std::size_t at) {
    auto end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    return end - at;
  }
};

/// A difference as a number: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
std::uint64_t folded(std::uint64_t difference) noexcept {
  return difference << 1U ^ (difference >> 63U != 0 ? ~std::uint64_t{0} : 0);
}
std::uint64_t unfolded(std::uint64_t number) noexcept {
  return number >> 1U ^ ((number & 1U) != 0 ? ~std::uint64_t{0} : 0);
}

std::vector<std::uint64_t> differences(std::vector<std::uint64_t> const& numbers) {
  std::vector<std::uint64_t> steps;
  std::uint64_t before = 0;
  for (auto const number : numbers) {
    steps.push_back(folded(number - before));
    before = number;
  }
  return steps;
}

std::size_t width_of(std::vector<std::uint64_t> const& numbers) {
  std::uint64_t any = 1;
  for (auto const number : numbers) any |= number;
  return (static_cast<std::size_t>(std::bit_width(any)) + 7) / 8;
}

std::uint8_t byte_of(std::uint64_t number, std::size_t place) noexcept {
  return static_cast<std::uint8_t>(number >> (8 * place));
}

/// Its logarithm to the base 2, in 1/256, in whole numbers so that all machines choose alike.
std::uint64_t logarithm(std::uint64_t number) noexcept {
  auto const whole = static_cast<unsigned>(std::bit_width(number)) - 1;
  return 256 * std::uint64_t{whole} + ((number << 8U) >> whole) - 256;
}

/// Roughly the bits of the numbers' bytes, each place with a code of its own.
std::uint64_t bits_of(std::vector<std::uint64_t> const& numbers) {
  std::uint64_t bits = 0;
  for (std::size_t place = 0; place < width_of(numbers); ++place) {
    std::array<std::uint64_t, 256> seen{};
    for (auto const number : numbers) ++seen[byte_of(number, place)];
    for (auto const count : seen) {
      if (count > 0) bits += count * (logarithm(numbers.size()) - logarithm(count));
    }
  }
  return bits;
}

/// The numbers of a pool, one after the other.
class Numbers {
 public:
  Numbers(std::span<std::byte const> bytes, std::size_t count, std::size_t width, bool stepwise) noexcept
      : bytes_(bytes), count_(count), width_(width), stepwise_(stepwise) {}

  bool next() noexcept {
    if (at_ == count_) return false;
    std::uint64_t number = 0;
    for (std::size_t place = 0; place < width_; ++place) {
      number |= std::to_integer<std::uint64_t>(bytes_[place * count_ + at_]) << (8 * place);
    }
    value_ = stepwise_ ? value_ + unfolded(number) : number;
    ++at_;
    return true;
  }
  [[nodiscard]] bool begun() const noexcept { return at_ > 0; }
  [[nodiscard]] bool finished() const noexcept { return at_ == count_; }
  [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

 private:
  std::span<std::byte const> bytes_;
  std::size_t count_, width_;
  bool stepwise_;
  std::size_t at_ = 0;
  std::uint64_t value_ = 0;
};

/// Writes strings into a pool, each with its length before it, while they fit.
class Pool {
 public:
  explicit Pool(std::span<std::byte> bytes) noexcept : bytes_(bytes) {}

  bool put(std::string_view letters) noexcept {
    if (!open_) {
      if (bytes_.size() - at_ < 2) return false;
      begin_ = at_ += 2;
      open_ = true;
    }
    if (bytes_.size() - at_ < letters.size()) return false;
    for (auto const letter : letters) bytes_[at_++] = static_cast<std::byte>(letter);
    return at_ - begin_ <= 0xFFFF;
  }
  bool end() noexcept {
    if (!put({})) return false;
    format::store(bytes_.data() + begin_ - 2, static_cast<std::uint16_t>(at_ - begin_));
    open_ = false;
    return true;
  }
  [[nodiscard]] bool filled() const noexcept { return at_ == bytes_.size() && !open_; }

 private:
  std::span<std::byte> bytes_;
  std::size_t at_ = 0, begin_ = 0;
  bool open_ = false;
};

}  // namespace

std::vector<std::byte> to_texts(std::span<std::byte const> pool) {
  Split split;
  if (!each_string(pool, [&](std::string_view text) { return split.add(text); })) return {};
  auto const steps = differences(split.numbers);
  bool const stepwise = bits_of(steps) < bits_of(split.numbers);
  auto const& numbers = stepwise ? steps : split.numbers;
  auto const width = width_of(numbers);
  std::vector<std::byte> out(kNumbersAt + width * numbers.size() + split.texts.size());
  if (out.size() + 4 > pool.size()) return {};
  format::store(out.data(), static_cast<std::uint32_t>(numbers.size()));
  format::store(out.data() + kWidthAt, static_cast<std::uint8_t>(width));
  format::store(out.data() + kDifferencesAt, static_cast<std::uint8_t>(stepwise ? 1 : 0));
  auto* at = out.data() + kNumbersAt;
  for (std::size_t place = 0; place < width; ++place) {
    for (auto const number : numbers) *at++ = static_cast<std::byte>(byte_of(number, place));
  }
  std::transform(split.texts.begin(), split.texts.end(), at,
                 [](char letter) { return static_cast<std::byte>(letter); });
  return out;
}

bool from_texts(std::span<std::byte const> texts, std::span<std::byte> pool) {
  if (texts.size() < kNumbersAt) return false;
  std::size_t const count = format::load<std::uint32_t>(texts.data());
  std::size_t const width = format::load<std::uint8_t>(texts.data() + kWidthAt);
  auto const stepwise = format::load<std::uint8_t>(texts.data() + kDifferencesAt);
  auto const rest = texts.subspan(kNumbersAt);
  if (width == 0 || width > 8 || stepwise > 1 || rest.size() / width < count) return false;
  Numbers numbers(rest.first(width * count), count, width, stepwise == 1);
  Pool out(pool);
  for (auto const byte : rest.subspan(width * count)) {
    auto const letter = static_cast<char>(byte);
    bool good = false;
    if (letter == kEnd) {
      good = out.end();
    } else if (letter == kNext || letter == kSame) {
      std::array<char, 20> digits{};
      good = letter == kNext ? numbers.next() : numbers.begun();
      auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), numbers.value()).ptr;
      good = good && out.put({digits.data(), static_cast<std::size_t>(end - digits.data())});
    } else {
      good = out.put({&letter, 1});
    }
    if (!good) return false;
  }
  return out.filled() && numbers.finished();
}

}  // namespace tillcue::parcel
