#include "picture_bytes.hpp"

#include <algorithm>

namespace tillcue::pos {
namespace {

constexpr unsigned kBandRows = 48;    // 6 mm
constexpr unsigned kColumnRows = 24;  // ESC * 33: three bytes a column
constexpr unsigned kMostShift = 7;
constexpr std::byte kDle{0x10};

using Bytes = std::vector<std::byte>;

bool begins_real_time(std::byte first, std::byte second) noexcept {
  return first == kDle && (second == std::byte{0x04} || second == std::byte{0x05} || second == std::byte{0x14});
}

/// Commands under way, and how many strokes had to be widened.
struct Commands {
  Bytes bytes;
  unsigned widened = 0;
};

void put(Commands& out, std::initializer_list<unsigned> bytes) {
  for (unsigned b : bytes) out.bytes.push_back(static_cast<std::byte>(b));
}

/// Widens a stroke by one dot wherever the data from `from` on would be obeyed. 0x18 begins no real-time command.
void defuse(Commands& out, std::size_t from) {
  for (auto n = from; n + 1 < out.bytes.size(); ++n) {
    if (!begins_real_time(out.bytes[n], out.bytes[n + 1])) continue;
    out.bytes[n] |= std::byte{0x08};
    ++out.widened;
  }
}

std::span<std::byte const> row_of(Picture const& picture, unsigned y) {
  return std::span(picture.bits).subspan(y * picture.stride(), picture.stride());
}

/// Rows of the band that begins at `from`: it ends where the end of one row and the start of the next are a command.
unsigned band_rows(Picture const& picture, unsigned from) {
  unsigned rows = 1;
  while (from + rows < picture.height && rows < kBandRows &&
         !begins_real_time(row_of(picture, from + rows - 1).back(), row_of(picture, from + rows).front())) {
    ++rows;
  }
  return rows;
}

/// Rows whose length fields are no command themselves.
unsigned harmless_rows(Picture const& picture, unsigned rows) {
  while (rows > 1) {
    auto const size = 10 + picture.stride() * rows;
    if (!begins_real_time(static_cast<std::byte>(size & 0xFFU), static_cast<std::byte>(size >> 8U))) break;
    --rows;
  }
  return rows;
}

void put_rows(Picture const& picture, unsigned from, unsigned rows, Commands& out) {
  auto const data = out.bytes.size();
  for (unsigned y = from; y < from + rows; ++y) {
    auto const row = row_of(picture, y);
    out.bytes.insert(out.bytes.end(), row.begin(), row.end());
  }
  defuse(out, data);
}

unsigned put_raster(Picture const& picture, unsigned from, Commands& out) {
  auto const rows = band_rows(picture, from);
  auto const across = static_cast<unsigned>(picture.stride());
  put(out, {0x1D, 'v', '0', 0, across & 0xFFU, across >> 8U, rows & 0xFFU, rows >> 8U});
  put_rows(picture, from, rows, out);
  return rows;
}

unsigned put_graphics(Picture const& picture, unsigned from, Commands& out) {
  auto const rows = harmless_rows(picture, band_rows(picture, from));
  auto const across = static_cast<unsigned>(picture.stride()) * 8;
  auto const size = static_cast<unsigned>(10 + picture.stride() * rows);
  put(out, {0x1D, '(', 'L', size & 0xFFU, size >> 8U, 48, 112, 48, 1, 1, 49});
  put(out, {across & 0xFFU, across >> 8U, rows & 0xFFU, rows >> 8U});
  put_rows(picture, from, rows, out);
  put(out, {0x1D, '(', 'L', 2, 0, 48, 50});
  return rows;
}

unsigned put_star_raster(Picture const& picture, unsigned from, Commands& out) {
  auto const rows = band_rows(picture, from);
  auto const across = static_cast<unsigned>(picture.stride());
  put(out, {0x1B, 0x1D, 'S', 1, across & 0xFFU, across >> 8U, rows & 0xFFU, rows >> 8U, 0});
  put_rows(picture, from, rows, out);
  return rows;
}

/// 24 rows as columns. The line spacing is their height or less, so that printers of any unit feed the height.
unsigned put_columns(Picture const& picture, unsigned from, bool star, Commands& out) {
  put(out, star ? std::initializer_list<unsigned>{0x1B, 'X'} : std::initializer_list<unsigned>{0x1B, '*', 33});
  put(out, {picture.width & 0xFFU, picture.width >> 8U});
  auto const data = out.bytes.size();
  for (unsigned x = 0; x < picture.width; ++x) {
    for (unsigned part = 0; part < kColumnRows; part += 8) {
      unsigned bits = 0;
      for (unsigned y = from + part; y < from + part + 8; ++y) {
        bits = bits << 1U | (y < picture.height && picture.black(x, y) ? 1U : 0U);
      }
      put(out, {bits});
    }
  }
  defuse(out, data);
  put(out, {'\n'});
  return kColumnRows;
}

Commands commands_of(Picture const& picture, PictureKind kind) {
  Commands out;
  bool const star = kind == PictureKind::star_column;
  if (kind == PictureKind::column) put(out, {0x1B, '3', 16});
  if (star) put(out, {0x1B, '0'});  // 3 mm: 24 dots
  for (unsigned y = 0; y < picture.height;) {
    y += kind == PictureKind::column || star ? put_columns(picture, y, star, out)
         : kind == PictureKind::graphics     ? put_graphics(picture, y, out)
         : kind == PictureKind::star_raster  ? put_star_raster(picture, y, out)
                                             : put_raster(picture, y, out);
  }
  if (kind == PictureKind::column) put(out, {0x1B, '2'});
  if (star) put(out, {0x1B, 'z', 1});
  return out;
}

/// Without the white at its right, moved to the right by `shift`.
Picture trimmed(Picture const& picture, unsigned shift) {
  unsigned right = 1;
  for (unsigned y = 0; y < picture.height; ++y) {
    for (unsigned x = picture.width; x > right; --x) {
      if (picture.black(x - 1, y)) right = x;
    }
  }
  Picture out(std::min(right + shift, picture.width), picture.height);
  for (unsigned y = 0; y < picture.height; ++y) {
    for (unsigned x = 0; x < right && x + shift < out.width; ++x) {
      if (picture.black(x, y)) out.blacken(x + shift, y);
    }
  }
  return out;
}

}  // namespace

bool has_real_time_command(std::span<std::byte const> bytes) noexcept {
  return std::adjacent_find(bytes.begin(), bytes.end(), begins_real_time) != bytes.end();
}

void put_picture(Picture const& picture, PictureKind kind, bool exact, Bytes& out) {
  if (picture.width == 0 || picture.height == 0 || kind == PictureKind::none) return;
  auto const plain = commands_of(trimmed(picture, 0), kind);
  auto const* best = &plain;
  Commands moved;
  for (unsigned shift = 1; exact && best->widened > 0 && shift <= kMostShift; ++shift) {
    moved = commands_of(trimmed(picture, shift), kind);
    if (moved.widened == 0) best = &moved;
  }
  out.insert(out.end(), best->bytes.begin(), best->bytes.end());
}

}  // namespace tillcue::pos
