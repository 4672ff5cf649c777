package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/streaming"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/blockblob"
	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob/pageblob"
)

func init() {
	handlers["upload"] = upload
}

// upload stores a file in one of the ways that azblob has.
func upload(ctx context.Context, asked request, _ func(any)) (any, error) {
	service, err := azblob.NewClientFromConnectionString(asked.Storage, nil)
	if err != nil {
		return nil, err
	}
	content, err := os.ReadFile(asked.File)
	if err != nil {
		return nil, err
	}
	container := service.ServiceClient().NewContainerClient(asked.Container)
	block := container.NewBlockBlobClient(asked.Blob)
	switch asked.Way {
	case "put":
		_, err = service.UploadBuffer(ctx, asked.Container, asked.Blob, content, nil)
	case "blocks":
		err = uploadBlocks(ctx, block, content)
	case "stream":
		_, err = service.UploadStream(ctx, asked.Container, asked.Blob, bytes.NewReader(content), &azblob.UploadStreamOptions{BlockSize: 1000})
	case "marked":
		_, err = service.UploadBuffer(ctx, asked.Container, asked.Blob, content, &azblob.UploadBufferOptions{
			Metadata:    map[string]*string{"shop": to.Ptr("demo")},
			AccessTier:  to.Ptr(blob.AccessTierCool),
			HTTPHeaders: &blob.HTTPHeaders{BlobContentType: to.Ptr("image/jpeg"), BlobCacheControl: to.Ptr("no-store")},
		})
	case "page":
		err = uploadPages(ctx, container.NewPageBlobClient(asked.Blob), content)
	case "copy":
		_, err = block.StartCopyFromURL(ctx, asked.Source, nil)
	default:
		err = fmt.Errorf("no way %q", asked.Way)
	}
	return nil, err
}

func uploadBlocks(ctx context.Context, block *blockblob.Client, content []byte) error {
	ids := []string{}
	for at := 0; at < len(content); at += 1000 {
		id := base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%06d", at))
		piece := content[at:min(at+1000, len(content))]
		if _, err := block.StageBlock(ctx, id, streaming.NopCloser(bytes.NewReader(piece)), nil); err != nil {
			return err
		}
		ids = append(ids, id)
	}
	_, err := block.CommitBlockList(ctx, ids, nil)
	return err
}

func uploadPages(ctx context.Context, page *pageblob.Client, content []byte) error {
	whole := make([]byte, (len(content)+511)/512*512)
	copy(whole, content)
	if _, err := page.Create(ctx, int64(len(whole)), nil); err != nil {
		return err
	}
	_, err := page.UploadPages(ctx, streaming.NopCloser(bytes.NewReader(whole)), blob.HTTPRange{Count: int64(len(whole))}, nil)
	return err
}
