#include "symbol_picture.hpp"

#include <algorithm>
#include <memory>

#include <zint.h>

namespace tillcue::pos {
namespace {

constexpr unsigned kLeastModule = 2;
constexpr unsigned kLinearQuiet = 10, kQrQuiet = 4;  // modules
constexpr unsigned kRowModules = 34;                 // height of a stacked row that names none
constexpr int kErrorLevelM = 2;

struct Delete {
  void operator()(zint_symbol* symbol) const { ZBarcode_Delete(symbol); }
};
using Symbol = std::unique_ptr<zint_symbol, Delete>;

int symbology(SymbolKind kind, bool stacked) {
  switch (kind) {
    case SymbolKind::ean13:
      return BARCODE_EANX;
    case SymbolKind::code128:
      return BARCODE_CODE128;
    case SymbolKind::qr:
      return BARCODE_QRCODE;
    case SymbolKind::databar_expanded:
      break;
  }
  return stacked ? BARCODE_DBAR_EXPSTK : BARCODE_DBAR_EXP;
}

/// `columns`: pairs of characters in a row of a stacked symbol; 0: all in one row.
Result<Symbol> encoded(SymbolKind kind, std::string_view data, int columns) {
  Symbol symbol(ZBarcode_Create());
  if (!symbol) return fail(Code::io, "no memory for a symbol");
  symbol->symbology = symbology(kind, columns > 0);
  symbol->input_mode = kind == SymbolKind::databar_expanded ? GS1_MODE | GS1PARENS_MODE : DATA_MODE;
  if (kind == SymbolKind::qr) symbol->option_1 = kErrorLevelM;
  if (columns > 0) symbol->option_2 = columns;
  auto const* bytes = reinterpret_cast<unsigned char const*>(data.data());
  if (ZBarcode_Encode(symbol.get(), bytes, static_cast<int>(data.size())) >= ZINT_ERROR) {
    return fail(Code::invalid, symbol->errtxt);
  }
  return symbol;
}

bool black(zint_symbol const& symbol, int row, int column) {
  return (symbol.encoded_data[row][column >> 3] >> (column & 7) & 1) != 0;
}

unsigned row_dots(zint_symbol const& symbol, int row, SymbolKind kind, unsigned module, unsigned height) {
  if (kind == SymbolKind::qr) return module;
  if (symbol.rows == 1) return height;
  auto const modules = static_cast<unsigned>(symbol.row_height[row]);
  return (modules > 0 ? modules : kRowModules) * module;
}

Picture drawn(zint_symbol const& symbol, SymbolKind kind, unsigned module, SymbolLook const& look) {
  auto const left = (look.width - static_cast<unsigned>(symbol.width) * module) / 2;
  unsigned const above = kind == SymbolKind::qr ? kQrQuiet * module : 0;
  unsigned height = 2 * above;
  for (int row = 0; row < symbol.rows; ++row) height += row_dots(symbol, row, kind, module, look.height);
  Picture picture(look.width, height);
  unsigned y = above;
  for (int row = 0; row < symbol.rows; ++row) {
    for (unsigned const end = y + row_dots(symbol, row, kind, module, look.height); y < end; ++y) {
      for (int column = 0; column < symbol.width; ++column) {
        if (!black(symbol, row, column)) continue;
        auto const x = left + static_cast<unsigned>(column) * module;
        for (unsigned dot = 0; dot < module; ++dot) picture.blacken(x + dot, y);
      }
    }
  }
  return picture;
}

/// The widest module at which the symbol and its quiet zones fit; 0 when none does.
unsigned fitting_module(zint_symbol const& symbol, SymbolKind kind, SymbolLook const& look) {
  auto const quiet = kind == SymbolKind::qr ? kQrQuiet : kLinearQuiet;
  for (unsigned module = look.module; module >= kLeastModule; --module) {
    if ((static_cast<unsigned>(symbol.width) + 2 * quiet) * module <= look.width) return module;
  }
  return 0;
}

}  // namespace

Result<Picture> draw_symbol(SymbolKind kind, std::string_view data, SymbolLook const& look) {
  // A symbol in one row where it fits; else stacked, in as few rows as fit.
  constexpr int kMostColumns = 10;
  for (int columns : {0, kMostColumns, 8, 6, 5, 4, 3, 2, 1}) {
    auto const symbol = encoded(kind, data, columns);
    if (!symbol) return tl::unexpected(symbol.error());
    if (auto const module = fitting_module(**symbol, kind, look)) return drawn(**symbol, kind, module, look);
    if (kind != SymbolKind::databar_expanded) break;
  }
  return fail(Code::invalid, "too wide for paper of " + std::to_string(look.width) + " dots");
}

}  // namespace tillcue::pos
