#include <cstddef>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "replay_bytes.hpp"
#include "tillcue/core/replay.hpp"

using namespace tillcue;

namespace {

struct Shop {
  Shop() {
    std::ifstream in(TILLCUE_SOURCE_DIR "/tests/golden/bundle-v1-rules.tcb", std::ios::binary);
    content.assign(std::istreambuf_iterator<char>(in), {});
    auto opened = Bundle::from_bytes({reinterpret_cast<std::byte const*>(content.data()), content.size()});
    if (opened) bundle = std::make_shared<Bundle const>(*opened);
  }
  std::string content;
  std::shared_ptr<Bundle const> bundle;
};

void decide_again(std::string_view line, Shop const& shop) {
  auto replay = read_replay(line, *shop.bundle);
  if (!replay) return;
  Engine engine(shop.bundle, replay->place);
  auto const decision = engine.decide(replay->sale, replay->stage, replay->context);
  auto volatile digest = digest_of(decision);
  (void)digest;
  // What was read can be written again.
  (void)replay_record(engine, replay->sale, replay->stage, replay->context, decision);
}

}  // namespace

/// The text as it is, and the bytes as a record behind the right version and bundle.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static Shop const shop;
  if (!shop.bundle) return 0;
  std::string_view const text(reinterpret_cast<char const*>(data), size);
  decide_again(text, shop);
  replay::Writer head;
  head.number(1);
  head.fixed(shop.bundle->fingerprint());
  decide_again(replay::to_base64(head.bytes() + std::string(text)), shop);
  return 0;
}
