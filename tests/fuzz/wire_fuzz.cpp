#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tillcue/sync/settings.hpp"
#include "tillcue/sync/wire.hpp"

using namespace tillcue::sync;

/// What was read must be writable, and reading that must give the same text: no decoder accepts what its encoder
/// refuses.
template <class Decode, class Encode>
static void check(std::string_view text, Decode decode, Encode encode) {
  auto const value = decode(text);
  if (!value) return;
  auto const written = encode(*value);
  if (!written) std::abort();
  auto const again = decode(*written);
  if (!again || *encode(*again) != *written) std::abort();
}

static void must(bool holds) {
  if (!holds) std::abort();
}

/// A list of digests that a manifest has signed, whatever is in it: two bytes say how many are expected.
static void check_list(std::string_view text) {
  if (text.size() < 2) return;
  auto const count = static_cast<unsigned char>(text[0]) * 256U + static_cast<unsigned char>(text[1]);
  auto const bytes = text.substr(2);
  auto const digests = decode_digests(sha256(as_bytes(bytes)), count, bytes);
  must(digests.has_value() == (bytes.size() == 32 * std::size_t{count}));
  if (digests) must(digests->size() == count);
  if (!bytes.empty()) must(!decode_digests(sha256(as_bytes(bytes.substr(1))), count, bytes));
}

/// Any bytes can travel in pieces, and the pieces are those that the manifest says.
static void check_pieces(std::string_view text) {
  auto cut = cut_bundle(as_bytes(text));
  must(cut.has_value() != text.empty());
  if (!cut) return;
  cut->manifest.chain = "demo";
  cut->manifest.release = 1;
  cut->manifest.created = 1;
  cut->manifest.expires = 2;
  auto const read = decode_manifest(*encode_manifest(cut->manifest));
  must(read && read->chunk_count() == cut->chunks.size());
  std::size_t at = 0;
  for (std::uint32_t n = 0; n < read->chunk_count(); ++n) {
    must(sha256(as_bytes(text.substr(at, read->chunk_size(n)))) == cut->chunks[n]);
    at += read->chunk_size(n);
  }
  must(at == text.size() && read->chunk_size(read->chunk_count()) == 0);
}

/// The first byte chooses the message, the rest is its text.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view const text(reinterpret_cast<char const*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'm':
      check(text, decode_manifest, encode_manifest);
      break;
    case 'b':
      check(text, decode_batch, encode_batch);
      break;
    case 'a':
      check(text, decode_ack, encode_ack);
      break;
    case 's':
      check(text, decode_state, encode_state);
      break;
    case 'q':
      check(text, decode_request, encode_request);
      break;
    case 'e':
      check(
          text, [](std::string_view event) { return decode_event(event); }, encode_event);
      break;
    case 'w':
      check(text, decode_word, encode_word);
      break;
    case 'h':
      check(text, decode_held, encode_held);
      break;
    case 'k':
      (void)decode_keys(text, "demo");
      (void)grant_numbers(text);
      break;
    case 'u':
      (void)unseal(KeyRing{}, text);
      break;
    case 'c':
      check(
          text, [](std::string_view document) { return read_settings(document, "fuzz"); },
          [](Settings const& settings) { return tillcue::Result<std::string>(encode_settings(settings)); });
      break;
    case 'l':
      check_list(text);
      break;
    case 'p':
      check_pieces(text);
      break;
    case 't':
      (void)Topics("demo").parse(text);
      break;
    default:
      break;
  }
  return 0;
}
