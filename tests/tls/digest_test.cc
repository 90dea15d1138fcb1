#include "annex/tls/digest.h"

#include <catch2/catch.hpp>

using namespace annex;

TEST_CASE("HMAC-SHA-256 with a key that is used again") {
  // RFC 4231, test cases 2 and 6.
  const tls::HmacSha256 jefe("Jefe");
  const tls::HmacSha256 longer(std::string(131, '\xaa'));
  for (int round = 0; round < 2; ++round) {
    CHECK(tls::lower_hex(jefe.digest("what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(tls::lower_hex(longer.digest("Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  }
}
