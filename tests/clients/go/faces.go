package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/Azure/azure-sdk-for-go/services/cognitiveservices/v1.0/face"
	"github.com/Azure/go-autorest/autorest"
	"github.com/Azure/go-autorest/autorest/azure"
	"github.com/gofrs/uuid"
)

func init() {
	handlers["detect"] = detect
	handlers["compare"] = compare
	handlers["remember"] = remember
}

func faces(asked request) face.Client {
	client := face.NewClient(asked.Endpoint)
	client.Authorizer = autorest.NewCognitiveServicesAuthorizer(asked.APIKey)
	client.RetryAttempts = 1
	return client
}

// codeOf finds the contract's error code in what the SDK raised.
func codeOf(err error) string {
	var ofService *azure.RequestError
	if errors.As(err, &ofService) && ofService.ServiceError != nil {
		return ofService.ServiceError.Code
	}
	var detailed autorest.DetailedError
	if errors.As(err, &detailed) && detailed.Response != nil {
		body, _ := io.ReadAll(detailed.Response.Body)
		return string(body)
	}
	return ""
}

func found(ctx context.Context, client face.Client, file string, attributes []string) ([]face.DetectedFace, error) {
	picture, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	wanted := []face.AttributeType{}
	for _, name := range attributes {
		wanted = append(wanted, face.AttributeType(name))
	}
	yes, no := true, false
	result, err := client.DetectWithStream(ctx, io.NopCloser(bytes.NewReader(picture)), &yes, &no, wanted,
		face.Recognition03, &yes, face.Detection01)
	if err != nil {
		return nil, err
	}
	return *result.Value, nil
}

func detect(ctx context.Context, asked request, _ func(any)) (any, error) {
	detected, err := found(ctx, faces(asked), asked.File, asked.Attributes)
	if err != nil {
		return nil, fmt.Errorf("%s %w", codeOf(err), err)
	}
	summary := []any{}
	for _, one := range detected {
		about := one.FaceAttributes
		emotion := *about.Emotion
		sum := *emotion.Anger + *emotion.Contempt + *emotion.Disgust + *emotion.Fear + *emotion.Happiness +
			*emotion.Neutral + *emotion.Sadness + *emotion.Surprise
		summary = append(summary, map[string]any{
			"width": *one.FaceRectangle.Width, "age": *about.Age, "gender": strings.ToLower(string(about.Gender)),
			"emotions": sum, "model": string(one.RecognitionModel),
		})
	}
	return map[string]any{"faces": summary}, nil
}

// compare looks whether the largest faces of two pictures are one person's, and who of the second is like the first.
func compare(ctx context.Context, asked request, _ func(any)) (any, error) {
	client := faces(asked)
	one, err := found(ctx, client, asked.Files[0], nil)
	if err != nil {
		return nil, err
	}
	other, err := found(ctx, client, asked.Files[1], nil)
	if err != nil {
		return nil, err
	}
	ids := []uuid.UUID{}
	for _, each := range other {
		ids = append(ids, *each.FaceID)
	}
	same, err := client.VerifyFaceToFace(ctx, face.VerifyFaceToFaceRequest{FaceID1: one[0].FaceID, FaceID2: &ids[0]})
	if err != nil {
		return nil, err
	}
	similar, err := client.FindSimilar(ctx, face.FindSimilarRequest{FaceID: one[0].FaceID, FaceIds: &ids})
	if err != nil {
		return nil, err
	}
	return map[string]any{"identical": *same.IsIdentical, "first": *(*similar.Value)[0].FaceID == ids[0]}, nil
}

// remember keeps a face in a large face list, trains it, finds it again and deletes the list.
func remember(ctx context.Context, asked request, _ func(any)) (any, error) {
	client := faces(asked)
	lists := face.NewLargeFaceListClient(asked.Endpoint)
	lists.Authorizer = client.Authorizer
	name := "A list"
	if _, err := lists.Create(ctx, "list", face.MetaDataContract{Name: &name, RecognitionModel: face.Recognition03}); err != nil {
		return nil, err
	}
	one, err := found(ctx, client, asked.Files[0], nil)
	if err != nil {
		return nil, err
	}
	picture, err := os.ReadFile(asked.Files[0])
	if err != nil {
		return nil, err
	}
	box := one[0].FaceRectangle
	kept, err := lists.AddFaceFromStream(ctx, "list", io.NopCloser(bytes.NewReader(picture)), "user data",
		[]int32{*box.Left, *box.Top, *box.Width, *box.Height}, face.Detection01)
	if err != nil {
		return nil, err
	}
	if _, err := lists.Train(ctx, "list"); err != nil {
		return nil, err
	}
	status, err := lists.GetTrainingStatus(ctx, "list")
	if err != nil {
		return nil, err
	}
	list := "list"
	similar, err := client.FindSimilar(ctx, face.FindSimilarRequest{FaceID: one[0].FaceID, LargeFaceListID: &list})
	if err != nil {
		return nil, err
	}
	again := *(*similar.Value)[0].PersistedFaceID == *kept.PersistedFaceID
	if _, err := lists.Delete(ctx, "list"); err != nil {
		return nil, err
	}
	_, err = lists.Get(ctx, "list", nil)
	return map[string]any{"trained": string(status.Status), "again": again, "gone": fmt.Sprint(codeOf(err), err)}, nil
}
