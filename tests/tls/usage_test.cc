// Certificates whose usages are unusual, from `openssl x509 -extfile`, valid until 2126.
#include <catch2/catch.hpp>

#include "annex/tls/certificate.h"

namespace annex::tls {
namespace {

const util::WallTime kNow{std::chrono::seconds(1'800'000'000)};

constexpr const char* kCa =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBiTCCAS+gAwIBAgIUWz94aPEVBquMvSufpF9z4mRZaXgwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGZWt1LWNhMCAXDTI2MTEyNDIxMDkxNloYDzIxMjYxMDMxMjEw\n"
    "OTE2WjARMQ8wDQYDVQQDDAZla3UtY2EwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AAS9wakNc7TdA2kkKlqrN8xJhGybObcXhhzBBVNhIhLoGNrCVQ5UvykS9n8yBleS\n"
    "UBztLnrE3I6WgaRYE6bvGU7To2MwYTAdBgNVHQ4EFgQUf1RGAOBJbrm5eGWcvxlq\n"
    "ap38AQwwHwYDVR0jBBgwFoAUf1RGAOBJbrm5eGWcvxlqap38AQwwDwYDVR0TAQH/\n"
    "BAUwAwEB/zAOBgNVHQ8BAf8EBAMCAgQwCgYIKoZIzj0EAwIDSAAwRQIhAJUZSAgO\n"
    "Nj62C3sW/iv8mZlj5yzyxOm2vGKdRnRr2pZKAiBLLUD2hrGfw3U5J7aFSzl/CBxi\n"
    "qel+zn7XoofCtKEPsg==\n"
    "-----END CERTIFICATE-----\n";

/// extendedKeyUsage = anyExtendedKeyUsage
constexpr const char* kAnyUsage =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdjCCARygAwIBAgIUHR7djj73shNB61cMIkwVuxyIFkwwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGZWt1LWNhMCAXDTI2MTEyNDIxMDkxNloYDzIxMjYxMDMxMjEw\n"
    "OTE2WjAOMQwwCgYDVQQDDANhbnkwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQ/\n"
    "1WB9vajn61TdYnKL3u67HxKwIr9fOdwebN13liG3nSGQyeaJcSQe2xtPf4M86DAg\n"
    "T5MKj6uJf2emIiFg7hSfo1MwUTAPBgNVHSUECDAGBgRVHSUAMB0GA1UdDgQWBBTq\n"
    "NxjAvKti3ilqFM7QncZQM91DvDAfBgNVHSMEGDAWgBR/VEYA4Eluubl4ZZy/GWpq\n"
    "nfwBDDAKBggqhkjOPQQDAgNIADBFAiADfAhcoM47OP4NhXFmmm3wVHZnJdDWTKO9\n"
    "DuiAysPwvgIhAMPJIhDuOW9CfD6cMbcMPXl1Bj9Z69p2rrPwl96FMaEh\n"
    "-----END CERTIFICATE-----\n";

/// keyUsage = keyEncipherment
constexpr const char* kNoExtendedUsage =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBcjCCARmgAwIBAgIUHR7djj73shNB61cMIkwVuxyIFk0wCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGZWt1LWNhMCAXDTI2MTEyNDIxMDkxNloYDzIxMjYxMDMxMjEw\n"
    "OTE2WjAPMQ0wCwYDVQQDDARub25lMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
    "DzlS/rZcuL+LWr80Xhuczhqx/qis8DWB4AQN5Ln8DEggfIq65T4nTjEJlEmrZNX4\n"
    "Z2LYUIsuf8fKsqq/wzx2FKNPME0wCwYDVR0PBAQDAgUgMB0GA1UdDgQWBBRT70g5\n"
    "hI0a69Jlbp+LcIOjvuaIrzAfBgNVHSMEGDAWgBR/VEYA4Eluubl4ZZy/GWpqnfwB\n"
    "DDAKBggqhkjOPQQDAgNHADBEAiBsJuwQMSRfopt5SqbBo57g8R3diKdDkadoRj3x\n"
    "A17sxwIgL5TBhqlModtSxU9+XX/Am+p1Rf18xCwcFEnazSUaJR0=\n"
    "-----END CERTIFICATE-----\n";

/// keyUsage = keyEncipherment, extendedKeyUsage = clientAuth
constexpr const char* kNoSignatures =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBizCCATCgAwIBAgIUHR7djj73shNB61cMIkwVuxyIFk4wCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGZWt1LWNhMCAXDTI2MTEyNDIxMDkxNloYDzIxMjYxMDMxMjEw\n"
    "OTE2WjARMQ8wDQYDVQQDDAZjaXBoZXIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC\n"
    "AASptFbUUhUdUMEM1ZhZNfBVIgccA5XcHBDP5EK4a5ogsZAoiKwIOooIs/R7dNVx\n"
    "P8fmiosx93Z4UDlTvvW0fxnSo2QwYjALBgNVHQ8EBAMCBSAwEwYDVR0lBAwwCgYI\n"
    "KwYBBQUHAwIwHQYDVR0OBBYEFBbRUqHZe3GMH8msU7WVOCGgfo8JMB8GA1UdIwQY\n"
    "MBaAFH9URgDgSW65uXhlnL8Zamqd/AEMMAoGCCqGSM49BAMCA0kAMEYCIQCF9Rbb\n"
    "IRZ37vrCcPY28/6u7BOr4djgHE3Rhvw7uk9adAIhAN6XVk/QY/kQc3WhLiM87mHV\n"
    "5iQxhwLXVbyK1v3UySjU\n"
    "-----END CERTIFICATE-----\n";

/// extendedKeyUsage = emailProtection
constexpr const char* kMail =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBezCCASGgAwIBAgIUHR7djj73shNB61cMIkwVuxyIFk8wCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGZWt1LWNhMCAXDTI2MTEyNDIxMDkxN1oYDzIxMjYxMDMxMjEw\n"
    "OTE3WjAPMQ0wCwYDVQQDDARtYWlsMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n"
    "lQH5SoYZ/NWg336CvhxHU3Eh287ssCMGvKjmFhHETkJEApIqC6RR9MjNoDBjec5y\n"
    "zOKULTz7OGR1T+MSDXqEg6NXMFUwEwYDVR0lBAwwCgYIKwYBBQUHAwQwHQYDVR0O\n"
    "BBYEFLWwI+nLkF6pA/ab01DTpgQyor+kMB8GA1UdIwQYMBaAFH9URgDgSW65uXhl\n"
    "nL8Zamqd/AEMMAoGCCqGSM49BAMCA0gAMEUCIQC2Qn96VwitNCwNX9+fPPsiNoH7\n"
    "ZLn6nk0uLcQd4OXD4gIgV28wxP6I9u8Tgh9lkmzXY3iZm/kKovbgiUNneXN8U8U=\n"
    "-----END CERTIFICATE-----\n";

/// extendedKeyUsage = 1.2.3.4
constexpr const char* kUnknownUsage =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBdDCCARugAwIBAgIUHR7djj73shNB61cMIkwVuxyIFlAwCgYIKoZIzj0EAwIw\n"
    "ETEPMA0GA1UEAwwGZWt1LWNhMCAXDTI2MTEyNDIxMDkxN1oYDzIxMjYxMDMxMjEw\n"
    "OTE3WjAOMQwwCgYDVQQDDANvZGQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQT\n"
    "3jOW3iC68crA1TScsAB3OxvOYZgsz6AQrYRBmfDktvwkwX46R+RdldNZ83hHcc9t\n"
    "qU6L6bMpuyGds3ep53tQo1IwUDAOBgNVHSUEBzAFBgMqAwQwHQYDVR0OBBYEFNeE\n"
    "9qYdbwNeXWTotkgvWf6YT8A/MB8GA1UdIwQYMBaAFH9URgDgSW65uXhlnL8Zamqd\n"
    "/AEMMAoGCCqGSM49BAMCA0cAMEQCIFZa9YJu7IWE9dOzujvMoiWpqNajN3rhL7sw\n"
    "oVDuhxpfAiBxD7XbnjGvaGAHy+33RpguljQ84CJuSG3YIVFqvWoQ0w==\n"
    "-----END CERTIFICATE-----\n";

bool admits(const char* certificate, Usage usage) {
  const Result<CaPool> pool = CaPool::from_pem(kCa);
  REQUIRE(pool);
  const Result<std::vector<Certificate>> leaf = Certificate::from_pem(certificate);
  REQUIRE(leaf);
  const Result<Certificate> verified = pool->verify({leaf->front().der()}, usage, kNow);
  if (!verified) {
    CHECK(verified.error().message == "x509: certificate specifies an incompatible key usage");
  }
  return verified.has_value();
}

// Each as crypto/x509's Verify answers it with KeyUsages: ExtKeyUsageClientAuth.
TEST_CASE("Only extended usages that are listed and others keep a client out") {
  CHECK(admits(kAnyUsage, Usage::kClient));
  CHECK(admits(kNoExtendedUsage, Usage::kClient));
  CHECK(admits(kNoSignatures, Usage::kClient));
  CHECK_FALSE(admits(kMail, Usage::kClient));
  CHECK_FALSE(admits(kUnknownUsage, Usage::kClient));
}

TEST_CASE("A client's certificate is no server's") {
  CHECK_FALSE(admits(kNoSignatures, Usage::kServer));
  CHECK(admits(kAnyUsage, Usage::kServer));
}

}  // namespace
}  // namespace annex::tls
