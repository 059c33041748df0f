#include "escpos_commands.hpp"

#include "symbol_size.hpp"

namespace tillcue::pos {

void EscPosCommands::begin(Bytes& out) const { put(out, {0x1B, '!', 0, 0x1D, '!', 0}); }

void EscPosCommands::align(bool centred, Bytes& out) const { put(out, {0x1B, 'a', centred ? 1U : 0U}); }

void EscPosCommands::large(bool on, Bytes& out) const { put(out, {0x1D, '!', on ? 0x11U : 0U}); }

void EscPosCommands::bold(bool on, Bytes& out) const { put(out, {0x1B, 'E', on ? 1U : 0U}); }

void EscPosCommands::select_code_page(std::uint8_t number, Bytes& out) const { put(out, {0x1B, 't', number}); }

void EscPosCommands::barcode(BarcodeKind kind, std::string_view data, unsigned module, Bytes& out) const {
  put(out, {0x1D, 'h', kBarcodeDots, 0x1D, 'w', module, 0x1D, 'H', 2, 0x1D, 'f', 0});
  if (kind == BarcodeKind::ean13) {
    put(out, {0x1D, 'k', 67, 13});
    put(out, data);
  } else {
    auto const coded = code128_data(data);
    put(out, {0x1D, 'k', 73, static_cast<unsigned>(coded.size())});
    put(out, coded);
  }
  put(out, {0x1D, 'h', 162, 0x1D, 'w', 3, 0x1D, 'H', 0});
}

void EscPosCommands::qr(std::string_view data, unsigned module, Bytes& out) const {
  auto const size = static_cast<unsigned>(data.size()) + 3;
  put(out, {0x1D, '(', 'k', 4, 0, 49, 65, 50, 0});   // model 2
  put(out, {0x1D, '(', 'k', 3, 0, 49, 67, module});  // size
  put(out, {0x1D, '(', 'k', 3, 0, 49, 69, 49});      // error level M
  put(out, {0x1D, '(', 'k', size & 0xFFU, size >> 8U, 49, 80, 48});
  put(out, data);
  put(out, {0x1D, '(', 'k', 3, 0, 49, 81, 48});  // print
  put(out, {0x1D, '(', 'k', 3, 0, 49, 67, 3});   // as at power-on
  put(out, {0x1D, '(', 'k', 3, 0, 49, 69, 48});
}

void EscPosCommands::feed(std::uint8_t lines, Bytes& out) const { put(out, {0x1B, 'd', lines}); }

void EscPosCommands::cut(CutKind kind, Bytes& out) const {
  if (kind == CutKind::partial) put(out, {0x1D, 'V', 66, 0});
  if (kind == CutKind::full) put(out, {0x1D, 'V', 65, 0});
}

void EscPosCommands::end(Bytes& out) const { put(out, {0x1B, 'a', 0, 0x1B, '!', 0}); }

SlipCommands const& escpos_commands() {
  static EscPosCommands const kCommands;
  return kCommands;
}

SlipCommands const& commands_in(Dialect language) {
  if (language == Dialect::star) return star_commands();
  return language == Dialect::bematech ? bematech_commands() : escpos_commands();
}

}  // namespace tillcue::pos
