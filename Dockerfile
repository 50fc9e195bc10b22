# A static binary on nothing: no shell, no package manager, not root.
FROM golang:1.26-alpine AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION
# timetzdata: days are counted in the tenant's time zone, and scratch has no zone files; nomsgpack: see Makefile
RUN CGO_ENABLED=0 go build -trimpath -tags timetzdata,nomsgpack -ldflags "-s -w -X main.revision=${VERSION}" -o /okrbot .

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /okrbot /okrbot
USER 65532:65532
EXPOSE 3978
ENTRYPOINT ["/okrbot"]
CMD ["serve"]
